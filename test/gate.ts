import { CLI, type Outcome, run, type TestClone } from './cli.js';

export interface TestPolicy {
  name?: string;
  action?: 'warn' | 'block';
  enabled?: boolean;
  on_error?: 'open' | 'closed';
  rule: Record<string, unknown>;
  exemptions?: Record<string, unknown>[];
}

/** A policy file. A policy without a name is called like its rule. */
export function policyFile(...policies: TestPolicy[]): string {
  const fields = (values: object) =>
    Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
  return policies
    .map(({ rule, exemptions = [], ...policy }) => {
      const tables = [
        ['[[policies]]\n', ...fields({ name: Object.keys(rule)[0], action: 'block', ...policy })],
        ['[policies.rule]\n', ...fields(rule)],
        ...exemptions.map((exemption) => ['[[policies.exemptions]]\n', ...fields(exemption)]),
      ];
      return tables.flat().join('');
    })
    .join('\n');
}

/** Runs the gate in a clone, as CI does: there the clone is the current folder. */
export function gate(
  clone: Pick<TestClone, 'path' | 'home'>,
  args: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return run(CLI, ['enterprise', 'gate', ...args], { cwd: clone.path, env: { HOME: clone.home, ...env } });
}

/** The usual start: `main` with these policies, and the branch `feature` checked out on it. */
export async function startFeature(clone: TestClone, policies: string): Promise<void> {
  await clone.commit({ 'policies.toml': policies, 'README.md': '# Shop\n' });
  await clone.git('checkout', '--quiet', '-b', 'feature');
}

export const BY_FILE = ['--base', 'main', '--policies', 'policies.toml'];
