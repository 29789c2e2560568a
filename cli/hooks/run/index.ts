import { guarded } from './guarded.js';

/**
 * What the scripts in `hooks/` start: `blameprompt enterprise hook <name> <state folder> …`. Not a command of the framework's,
 * which takes longer to load than all of this takes to run.
 */
export async function runHook([name = '', state, ...rest]: string[]): Promise<number> {
  if (state === undefined) return 2;
  return guarded(name, async () => {
    if (name === 'pre-commit') return (await import('./pre-commit.js')).preCommit(state, rest);
    if (name === 'pre-push') return (await import('./pre-push.js')).prePush(state, rest);
    if (name === 'background') return (await import('./background.js')).background(state);
    return 2;
  });
}
