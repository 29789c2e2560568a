#!/usr/bin/env node
import { delegate, isOurs } from './delegate.js';

const args = process.argv.slice(2);
if (args[0] === 'enterprise' && args[1] === 'sync' && (await isAnswered())) process.exitCode = 0;
else if (isOurs(args)) {
  const { execute } = await import('@oclif/core');
  await execute({ dir: import.meta.url });
} else {
  process.exitCode = delegate(args, process.env, process.argv[1] ?? '');
}

/** A sync with nothing new ends here, before the framework is loaded. */
async function isAnswered(): Promise<boolean> {
  const { answerUnchanged } = await import('./sync/unchanged.js');
  return answerUnchanged(args.slice(2), process.env);
}
