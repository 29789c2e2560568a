import { type ConformanceCase, change, commit, exemption, oid, policy, receipt, uuid } from './case.js';

const GPT = { blocked_models: ['gpt-4o'] };
const gpt = (n: number, other = {}) => receipt(n, { provider: 'openai', model: 'gpt-4o', ...other });
const attributions = (...paths: string[]) => paths.map((path, n) => ({ commit: oid(n + 1), path, lines: '1' }));

/** One receipt with a blocked model: whether the policy speaks of it, and whether an exemption excuses it. */
const one = (
  name: string,
  other: Parameters<typeof policy>[1],
  outcome: 'pass' | 'warn' | 'exempted',
  given: Parameters<typeof change>[0] = {},
): ConformanceCase => ({
  name,
  policies: [policy(GPT, other)],
  change: change({ receipts: [gpt(1)], ...given }),
  expected:
    outcome === 'warn'
      ? { verdict: 'warn', violations: [{ receipt_id: uuid(1) }] }
      : { verdict: 'pass', ...(outcome === 'exempted' && { exempted: [{ receipt_id: uuid(1) }] }) },
});

const exempt = (other: Parameters<typeof exemption>[0]) => ({ exemptions: [exemption(other)] });
const inFiles = (...paths: string[]) => ({ receipts: [gpt(1, { attributions: attributions(...paths) })] });

export const SCOPE: ConformanceCase[] = [
  {
    name: 'nothing to judge by passes',
    policies: [],
    change: change({ receipts: [gpt(1)] }),
    expected: { verdict: 'pass' },
  },
  one('nothing to judge passes', {}, 'pass', { receipts: [] }),
  one('a policy without a scope speaks of everything', {}, 'warn', { teams: [] }),
  one('a policy that is switched off says nothing', { enabled: false }, 'pass'),
  one('a policy holds from its first moment', { valid_from: '2001-01-01T00:00:00Z' }, 'warn'),
  one('a policy does not hold before', { valid_from: '2199-01-01T00:00:00Z' }, 'pass'),
  one('a policy holds until its last moment', { valid_until: '2199-01-01T00:00:00Z' }, 'warn'),
  one('a policy does not hold afterwards', { valid_until: '2001-01-01T00:00:00Z' }, 'pass'),
  one('a policy of a team speaks of its changes', { scope: { teams: ['mobile', 'backend'] } }, 'warn'),
  one('a policy of another team does not', { scope: { teams: ['mobile'] } }, 'pass'),
  one('a policy of a team says nothing where no team is known', { scope: { teams: ['backend'] } }, 'pass', {
    teams: [],
  }),
  one(
    'a policy of repositories speaks of those its patterns fit',
    { scope: { repos: ['x/*', 'git.example.com/ACME/*'] } },
    'warn',
  ),
  one('a star in the name of a repository stands for slashes, too', { scope: { repos: ['*/app'] } }, 'warn'),
  one('a policy of other repositories says nothing', { scope: { repos: ['git.example.com/acme/ap'] } }, 'pass'),
  one('a policy of teams and repositories needs both', { scope: { teams: ['backend'], repos: ['other/*'] } }, 'pass'),
  one('empty lists narrow nothing down', { scope: { teams: [], repos: [] } }, 'warn'),
  one('an exemption without constraints excuses', exempt({}), 'exempted'),
  one('an exemption that has expired does not', exempt({ expires_at: '2001-01-01T00:00:00Z' }), 'warn'),
  one('an exemption for the repository excuses', exempt({ repos: ['git.example.com/*'] }), 'exempted'),
  one('an exemption for another repository does not', exempt({ repos: ['other/*'] }), 'warn'),
  one('an exemption for the person excuses', exempt({ people: ['DEV@example.com'] }), 'exempted'),
  one('an exemption for another person does not', exempt({ people: ['ann@example.com'] }), 'warn'),
  one('an exemption for nobody excuses nobody', exempt({ people: [] }), 'warn'),
  one('an exemption for the file excuses', exempt({ paths: ['src/'] }), 'exempted', inFiles('src/a.ts', 'src/b.ts')),
  one('an exemption must cover all files', exempt({ paths: ['src/'] }), 'warn', inFiles('src/a.ts', 'lib/b.ts')),
  one('an exemption for files excuses nothing whose files are unknown', exempt({ paths: ['**'] }), 'warn'),
  one('an exemption for the commit excuses', exempt({ commits: [oid(1)] }), 'exempted', inFiles('src/a.ts')),
  one(
    'all constraints of an exemption must fit',
    exempt({ commits: [oid(1)], people: ['ann@example.com'] }),
    'warn',
    inFiles('a'),
  ),
  {
    name: 'an exemption excuses what it covers and nothing else',
    policies: [policy(GPT, { action: 'block', ...exempt({ people: ['ann@example.com'] }) })],
    change: change({ receipts: [gpt(1, { user_email: 'ann@example.com' }), gpt(2)] }),
    expected: { verdict: 'block', violations: [{ receipt_id: uuid(2) }], exempted: [{ receipt_id: uuid(1) }] },
  },
  {
    name: 'an exemption for a path excuses the forbidden file and not its neighbour',
    policies: [policy({ forbidden_paths: ['crypto/'] }, exempt({ paths: ['crypto/vendored/'] }))],
    change: change({
      commits: [
        commit(1, 2, {
          files: [
            { path: 'crypto/vendored/a.ts', added: 1, ai: '1' },
            { path: 'crypto/b.ts', added: 1, ai: '1' },
          ],
        }),
      ],
    }),
    expected: {
      verdict: 'warn',
      violations: [{ path: 'crypto/b.ts' }],
      exempted: [{ path: 'crypto/vendored/a.ts' }],
    },
  },
  {
    name: 'an exemption excuses what cannot be judged, too',
    policies: [policy({ max_cost_per_day: 5 }, { on_error: 'closed', ...exempt({ people: ['dev@example.com'] }) })],
    change: change({ receipts: [receipt(1, { cost_usd: 1 })] }),
    expected: { verdict: 'pass', exempted: [{ rule: 'max_cost_per_day', value: null }], not_evaluated: ['policy'] },
  },
  {
    name: 'one policy that blocks makes the verdict, and violations stand in the order of policy names',
    policies: [
      policy(GPT, { name: 'c', action: 'warn' }),
      policy(GPT, { name: 'a', action: 'warn' }),
      policy({ blocked_providers: ['openai'] }, { name: 'b', action: 'block' }),
    ],
    change: change({ receipts: [gpt(1)] }),
    expected: { verdict: 'block', violations: [{ policy: 'a' }, { policy: 'b', action: 'block' }, { policy: 'c' }] },
  },
];
