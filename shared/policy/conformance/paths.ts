import { type ConformanceCase, change, commit, oid, policy, receipt, uuid } from './case.js';

const CRYPTO = { forbidden_paths: ['crypto/**', '*.pem'] };
const files = (...paths: [path: string, ai: string][]) => paths.map(([path, ai]) => ({ path, added: 10, ai }));

export const PATHS: ConformanceCase[] = [
  {
    name: 'AI lines in a forbidden file are a violation for each commit and file',
    policies: [policy(CRYPTO, { action: 'block' })],
    change: change({
      commits: [
        commit(1, 9, { files: files(['crypto/aes.ts', '1-4'], ['src/a.ts', '1-3'], ['keys/ca.pem', '2']) }),
        commit(2, 1, { files: files(['crypto/aes.ts', '9']) }),
      ],
    }),
    expected: {
      verdict: 'block',
      violations: [
        { rule: 'forbidden_paths', commit: oid(1), path: 'crypto/aes.ts', lines: '1-4', limit: ['crypto/**', '*.pem'] },
        { commit: oid(1), path: 'keys/ca.pem', lines: '2' },
        { commit: oid(2), path: 'crypto/aes.ts', lines: '9' },
      ],
    },
  },
  {
    name: 'lines of people in a forbidden file pass',
    policies: [policy(CRYPTO)],
    change: change({ commits: [commit(1, 3, { files: files(['crypto/aes.ts', ''], ['src/a.ts', '1-3']) })] }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'a pattern from the root means the root only',
    policies: [policy(CRYPTO)],
    change: change({ commits: [commit(1, 3, { files: files(['src/crypto/aes.ts', '1-3']) })] }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'the name of a folder means everything in it, anywhere',
    policies: [policy({ forbidden_paths: ['crypto'] })],
    change: change({
      commits: [commit(1, 3, { files: files(['src/crypto/x/aes.ts', '1-3'], ['src/cryptography.ts', '1']) })],
    }),
    expected: { verdict: 'warn', violations: [{ path: 'src/crypto/x/aes.ts' }] },
  },
  {
    name: 'before the commit the files of receipts count',
    policies: [policy(CRYPTO)],
    change: change({
      receipts: [receipt(1, { attributions: [{ path: 'crypto/aes.ts', lines: '4-6' }, { path: 'a.ts' }] })],
    }),
    expected: {
      verdict: 'warn',
      violations: [{ commit: null, path: 'crypto/aes.ts', lines: '4-6', receipt_id: uuid(1) }],
    },
  },
  {
    name: 'a file that a receipt accounts for without lines is a violation without lines',
    policies: [policy(CRYPTO)],
    change: change({ receipts: [receipt(1, { attributions: [{ commit: oid(1), path: 'crypto/aes.ts' }] })] }),
    expected: { verdict: 'warn', violations: [{ commit: oid(1), path: 'crypto/aes.ts', lines: null }] },
  },
  {
    name: 'where the files of a commit are counted, what receipts say of it does not count',
    policies: [policy(CRYPTO)],
    change: change({
      receipts: [receipt(1, { attributions: [{ commit: oid(1), path: 'crypto/aes.ts', lines: '1-3' }] })],
      commits: [commit(1, 3, { files: files(['src/a.ts', '1-3']) })],
    }),
    expected: { verdict: 'pass' },
  },
  {
    name: 'AI lines of a commit whose files nobody knows cannot be judged',
    policies: [policy(CRYPTO)],
    change: change({ commits: [commit(1, 3)] }),
    expected: { verdict: 'pass', not_evaluated: ['policy'] },
  },
];
