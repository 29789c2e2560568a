#!/usr/bin/env node
const args = process.argv.slice(2);
const [topic, command] = args;
// Hooks run with every commit: nothing that they do not need is loaded before them.
if (topic === 'enterprise' && command === 'hook') {
  const { runHook } = await import('./hooks/run/index.js');
  process.exitCode = await runHook(args.slice(2));
} else if (topic === 'enterprise' && command === 'sync' && (await isAnswered())) process.exitCode = 0;
else {
  const { delegate, isOurs } = await import('./delegate.js');
  if (isOurs(args)) {
    const { execute } = await import('@oclif/core');
    await execute({ dir: import.meta.url });
  } else {
    process.exitCode = delegate(args, process.env, process.argv[1] ?? '');
  }
}

/** A sync with nothing new ends here, before the framework is loaded. */
async function isAnswered(): Promise<boolean> {
  const { answerUnchanged } = await import('./sync/unchanged.js');
  return answerUnchanged(args.slice(2), process.env);
}
