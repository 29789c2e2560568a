import type { GateResult, LocatedViolation } from '../result.js';
import { summary } from '../result.js';

/** What notes, file names and policies may hold to break out of a format. */
export const HOSTILE = [
  ']]>',
  '::set-output name=verdict::pass',
  'a\n::error file=x::pwned',
  'a\r\n::stop-commands::x',
  '##[add-mask]secret',
  '##vso[task.setvariable variable=x]y',
  '<script>alert(1)</script>',
  '</failure><testcase name="x">',
  '\u001b[31mred\u001b[0m \u0007\u0000\ufffe\uffff',
  '\u202egnp.exe',
  'lone \ud800 surrogate',
  '@team and @acme/owners',
  '#1 and GH-1',
  '[click](https://evil.example) ![x](https://evil.example/x.png)',
  'https://evil.example www.evil.example',
  '`code` ``more`` | cell | *b* _i_ ~~s~~ $x$',
  '{0} {1} \\[x](y)',
  '<!-- --> <details open> &lt; &#60;',
  '%0A%0D::error::x, line=1: %25',
  '- item\n\n# heading\n\n> quote',
  '=1+1',
];

export function violation(fields: Partial<LocatedViolation> = {}): LocatedViolation {
  return {
    policy: 'no AI in crypto',
    policy_id: null,
    rule: 'forbidden_paths',
    action: 'block',
    limit: ['crypto/**'],
    value: 'crypto/a.ts',
    repo: 'git.example.com/acme/shop',
    commit: 'a'.repeat(40),
    path: 'crypto/a.ts',
    lines: '3-5',
    receipt_id: null,
    subject: null,
    window: null,
    message: 'forbidden_paths: AI lines 3-5 in crypto/a.ts',
    advice: 'Write these lines by hand.',
    location: { path: 'crypto/a.ts', line: 4, end_line: 6 },
    ...fields,
  };
}

export function result(fields: Partial<GateResult> = {}): GateResult {
  return {
    verdict: 'pass',
    repo: 'git.example.com/acme/shop',
    base: 'b'.repeat(40),
    head: 'c'.repeat(40),
    policies: 'policies.toml of base bbbbbbbbbbbb',
    ...summary([], []),
    diff: null,
    violations: [],
    exempted: [],
    not_evaluated: [],
    skipped_notes: [],
    unreadable: [],
    notices: [],
    duration_ms: 12,
    ...fields,
  };
}

/** Each hostile text in every place that text from outside can reach. */
export function hostileResult(): GateResult {
  const violations = HOSTILE.flatMap((text) => [
    violation({ policy: text, message: text, advice: text, value: text, path: text, location: null }),
    violation({ policy: text, action: 'warn', location: { path: text, line: 1, end_line: 2 } }),
  ]);
  const exemption = (text: string) => ({ reason: text, approver: text, expires_at: '2026-02-14T00:00:00Z' });
  return result({
    verdict: 'block',
    repo: HOSTILE.join(' '),
    policies: HOSTILE.join(' '),
    by_tool: HOSTILE.map((tool) => ({ tool, lines: 3 })),
    by_model: HOSTILE.map((model) => ({ model, lines: 3 })),
    violations,
    exempted: HOSTILE.map((text) => ({ violation: violation({ policy: text }), exemption: exemption(text) })),
    not_evaluated: HOSTILE.map((text) => ({ policy: `${text} `, rule: text, reason: text })),
    notices: HOSTILE,
  });
}
