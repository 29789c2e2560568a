import type { EvaluatedCommit, EvaluatedReceipt, Policy, PolicyInput } from '../shared/api/policies.js';
import { compilePolicies, evaluate } from '../shared/policy/evaluate.js';
import type { Change } from '../shared/policy/input.js';
import { interleave, round } from './measure.js';

const RECEIPTS = 1_000;
const POLICIES = 50;
const LIMIT_MS = 10;
/** The compiler of the engine sees the code first; a server has been running for long. */
const WARM_UP = 20;
const ROUNDS = 51;

const MODELS = ['claude-opus-4-6', 'claude-sonnet-4-5-20260101', 'gpt-5', 'gpt-5-mini', 'gemini-3-pro', 'grok-4', null];
const RULES: PolicyInput['rule'][] = [
  { max_cost_per_day: 400, per: 'person' },
  { max_cost_per_month: 90_000 },
  { allowed_models: ['claude-*', 'gpt-5', 'gemini-3-pro', 'grok-4'] },
  { blocked_models: ['gpt-4*', 'deepseek/*', 'grok-3', 'o1'] },
  { allowed_providers: ['anthropic', 'openai', 'google', 'xai'] },
  { require_review_above: 1_000_000 },
  { max_ai_percentage: 90 },
  { require_receipts: 50 },
  { forbidden_paths: ['crypto/**', '*.pem', 'infra/prod/', 'src/**/generated/*.ts'] },
  { when: 'receipt.cost_usd != null && receipt.cost_usd > 4.9 && receipt.model.startsWith("claude-opus")' },
];

/** A thousand receipts against fifty policies, five of each rule and each of them another one; a few find something. */
export async function benchPolicy() {
  const policies = Array.from({ length: POLICIES }, (_, n) => policy(n));
  const change = createChange();
  const started = performance.now();
  let compiled = compilePolicies(policies);
  const first = performance.now() - started;
  for (let n = 0; n < WARM_UP; n++) {
    compiled = compilePolicies(policies);
    evaluate(compiled, change);
  }
  const timed = (work: () => unknown) => async () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const { ms, cpu, compile } = await interleave(ROUNDS, {
    ms: timed(() => evaluate(compiled, change)),
    cpu: async () => {
      const before = process.cpuUsage();
      evaluate(compiled, change);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    },
    compile: timed(() => compilePolicies(policies)),
  });
  const { verdict, violations, not_evaluated } = evaluate(compiled, change);
  return {
    rows: [
      ['the limit', `${LIMIT_MS} ms`, '1'],
      [`evaluate ${RECEIPTS} receipts × ${POLICIES} policies`, `${round(ms)} ms`, `${round(ms / LIMIT_MS)}`],
      ['the same in CPU time, which a busy machine changes less', `${round(cpu)} ms`, `${round(cpu / LIMIT_MS)}`],
      ['compile the policies', `${round(compile)} ms`, `${round(compile / LIMIT_MS)}`],
      ['compile them for the first time, CEL library included', `${round(first)} ms`, `${round(first / LIMIT_MS)}`],
    ],
    result: {
      bench: 'policy',
      ms: round(ms),
      ratio_to_limit: round(ms / LIMIT_MS),
      cpu_ms: round(cpu),
      compile_ms: round(compile),
      receipts: RECEIPTS,
      policies: POLICIES,
      verdict,
      violations: violations.length,
      not_evaluated: not_evaluated.length,
    },
  };
}

function policy(n: number): Policy {
  const rule = RULES[n % RULES.length]!;
  return {
    id: null,
    version: 1,
    name: `policy ${n}`,
    rule: 'when' in rule ? { when: `${rule.when} && receipt.id != "${n}"` } : rule,
    action: n % 2 === 0 ? 'warn' : 'block',
    enabled: true,
    scope: n % 3 === 0 ? { repos: ['github.com/acme/*'] } : {},
  };
}

function createChange(): Change {
  const oid = (n: number) => n.toString(16).padStart(40, '0');
  const path = (n: number) => `src/module${n % 97}/part${n % 13}/file${n % 300}.ts`;
  const receipts: EvaluatedReceipt[] = Array.from({ length: RECEIPTS }, (_, n) => ({
    id: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
    timestamp: `2026-02-${String(1 + (n % 28)).padStart(2, '0')}T10:${String(n % 60).padStart(2, '0')}:00.000000Z`,
    tool: 'claude-code',
    model: MODELS[n % MODELS.length]!,
    user_email: `dev${n % 40}@example.com`,
    cost_usd: n % 11 === 0 ? null : (n % 500) / 100,
    attributions: [
      { commit: oid(n % 200), path: path(n), lines: '1-20,30-42' },
      { commit: oid(n % 200), path: path(n + 1), lines: '7' },
    ],
  }));
  const commits: EvaluatedCommit[] = Array.from({ length: 200 }, (_, n) => ({
    commit: oid(n),
    author_email: `dev${n % 40}@example.com`,
    has_receipts: n % 5 !== 0,
    ai_involved: true,
    lines: { added: 300, deleted: 20, ai: 200, human: 0, unknown: 100 },
    files: Array.from({ length: 5 }, (_, file) => ({ path: path(n * 7 + file), added: 60, ai: '1-40' })),
  }));
  return { repo: 'github.com/acme/app', teams: ['backend'], now: '2026-02-28T12:00:00Z', receipts, commits };
}
