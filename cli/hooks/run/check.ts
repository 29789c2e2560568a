/** What `write-bundle.ts` makes one file of: the check before a commit, with the arguments that `bin.ts` would get. */
import { guarded } from './guarded.js';
import { preCommit } from './pre-commit.js';

const [state = '', ...files] = process.argv.slice(5);
guarded('pre-commit', () => preCommit(state, files)).then((code) => {
  process.exitCode = code;
});
