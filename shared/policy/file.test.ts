import { readFile } from 'node:fs/promises';
import test from 'ava';
import { RULES } from '../api/policies.js';
import { PolicyError } from './errors.js';
import { parsePolicyFile } from './file.js';

test('a file gives its policies, with what is usual filled in', (t) => {
  const text = `
[[policies]]
name = "spending"
description = "Ask before you spend more."
action = "block"
valid_from = 2026-02-14
valid_until = 2026-03-01T00:00:00+01:00
on_error = "closed"
[policies.rule]
max_cost_per_day = 25
per = "person"
[policies.scope]
teams = ["backend"]
repos = ["git.example.com/acme/*"]
[[policies.exemptions]]
reason = "the migration"
approver = "lead@example.com"
expires_at = 2026-02-20T12:00:00Z
people = ["dev@example.com"]

[[policies]]
name = "models"
enabled = false
rule = { blocked_models = ["gpt-4*"] }
`;
  t.deepEqual(parsePolicyFile(text), [
    {
      name: 'spending',
      description: 'Ask before you spend more.',
      action: 'block',
      enabled: true,
      valid_from: '2026-02-14T00:00:00Z',
      valid_until: '2026-03-01T00:00:00.000+01:00',
      on_error: 'closed',
      rule: { max_cost_per_day: 25, per: 'person' },
      scope: { teams: ['backend'], repos: ['git.example.com/acme/*'] },
      exemptions: [
        {
          reason: 'the migration',
          approver: 'lead@example.com',
          expires_at: '2026-02-20T12:00:00.000Z',
          people: ['dev@example.com'],
        },
      ],
    },
    { name: 'models', action: 'warn', enabled: false, on_error: 'open', rule: { blocked_models: ['gpt-4*'] } },
  ] as never);
});

test('every rule can stand in a file', (t) => {
  const values: Record<keyof typeof RULES, string> = {
    max_cost_per_day: '5',
    max_cost_per_month: '0.5',
    allowed_models: '["claude-*"]',
    blocked_models: '["gpt-4o"]',
    allowed_providers: '["anthropic"]',
    blocked_providers: '["x"]',
    require_review_above: '500',
    max_ai_percentage: '60',
    require_receipts: '90',
    forbidden_paths: '["crypto/**"]',
    when: `'receipt.tool == "x"'`,
  };
  for (const [rule, value] of Object.entries(values)) {
    const [policy] = parsePolicyFile(`[[policies]]\nname = "p"\nrule = { ${rule} = ${value} }`);
    t.deepEqual(Object.keys(policy!.rule), [rule]);
  }
});

const policy = (rest: string) => `[[policies]]\nname = "mine"\n${rest}`;
const WRONG: [text: string, message: RegExp][] = [
  ['policies = ', /^Policy "\(file\)": line 1, column \d+: /],
  ['', /has no \[\[policies\]\]/],
  ['[policies]\nname = "x"', /has no \[\[policies\]\]/],
  ['[[policy]]\nname = "x"', /policy is not a known table/],
  ['[[policies]]\nrule = { max_ai_percentage = 5 }', /^Policy "\(number 1\)", name: is required\.$/],
  [policy(''), /^Policy "mine", rule: is required\.$/],
  [policy('rule = {}'), /^Policy "mine", rule: must have one of max_cost_per_day, /],
  [policy('rule = { max_karma = 5 }'), /^Policy "mine", rule: must have one of /],
  [policy('rule = { max_cost_per_day = "5" }'), /^Policy "mine", rule\/max_cost_per_day: must be number\.$/],
  [
    policy('rule = { max_cost_per_day = 5, per = "planet" }'),
    /^Policy "mine", rule\/per: must be one of scope, person, team, repo\.$/,
  ],
  [
    policy('rule = { max_ai_percentage = 5, require_receipts = 5 }'),
    /^Policy "mine", rule\/require_receipts: is not a known field\.$/,
  ],
  [policy('rule = { max_ai_percentage = 101 }'), /^Policy "mine", rule\/max_ai_percentage: must be <= 100\.$/],
  [
    policy('rule = { allowed_models = [] }'),
    /^Policy "mine", rule\/allowed_models: must NOT have fewer than 1 items\.$/,
  ],
  [policy('rule = { when = "receipt.x == 1" }'), /^Policy "mine", rule\/when: No such key: x\.$/],
  [
    policy('action = "stop"\nrule = { max_ai_percentage = 5 }'),
    /^Policy "mine", action: must be one of warn, block\.$/,
  ],
  [policy('aktion = "warn"\nrule = { max_ai_percentage = 5 }'), /^Policy "mine", aktion: is not a known field\.$/],
  [policy('valid_from = "soon"\nrule = { max_ai_percentage = 5 }'), /^Policy "mine", valid_from: must be an RFC 3339/],
  [
    policy('valid_from = 2026-02-14T00:00:00\nrule = { max_ai_percentage = 5 }'),
    /^Policy "mine", valid_from: must be an RFC 3339/,
  ],
  [
    policy('scope = { team = ["x"] }\nrule = { max_ai_percentage = 5 }'),
    /^Policy "mine", scope\/team: is not a known field\.$/,
  ],
  [`${policy('rule = { max_ai_percentage = 5 }')}\n`.repeat(2), /^Policy "mine", name: is there twice\.$/],
  [policy('rule = { max_ai_percentage = 5 }').repeat(1).padEnd(2_000_001), /longer than 2000000 characters/],
  [Array.from({ length: 501 }, (_, n) => `[[policies]]\nname = "${n}"\n`).join(''), /more than 500 policies/],
  [`x = ${'['.repeat(100_000)}`, /^Policy "\(file\)": /],
];

test('what is wrong in a file is told by policy and field', (t) => {
  for (const [text, message] of WRONG)
    t.throws(() => parsePolicyFile(text), { instanceOf: PolicyError, message }, text.slice(0, 100));
});

test('a file is data: names of prototypes change nothing', (t) => {
  const text = '[[policies]]\nname = "p"\n__proto__ = { enabled = false }\nrule = { max_ai_percentage = 5 }';
  t.throws(() => parsePolicyFile(text), { instanceOf: PolicyError, message: /__proto__: is not a known field/ });
  t.is(({} as { enabled?: boolean }).enabled, undefined);
});

test('the examples of the documentation can be used', async (t) => {
  const docs = await readFile(new URL('../../../docs/policies.md', import.meta.url), 'utf8');
  const [example] = parsePolicyFile(/```toml\n(.*?)```/s.exec(docs)![1]!);
  t.is(example!.exemptions!.length, 1);
  const expressions = /```\n(receipt.*?)```/s.exec(docs)![1]!.trim().split('\n');
  t.is(expressions.length, 4);
  const rows = [...docs.matchAll(/^\| `(\w+ = .*?)` \|/gm)].map(([, rule]) => rule!);
  for (const rule of [...rows, ...expressions.map((when) => `when = '${when}'`)]) {
    t.notThrows(() => parsePolicyFile(`[[policies]]\nname = "example"\n[policies.rule]\n${rule}`), rule);
  }
  t.deepEqual(
    rows.map((rule) => rule.split(' ')[0]!),
    Object.keys(RULES),
  );
});
