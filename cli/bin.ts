#!/usr/bin/env node
import { delegate, isOurs } from './delegate.js';

const args = process.argv.slice(2);
if (isOurs(args)) {
  const { execute } = await import('@oclif/core');
  await execute({ dir: import.meta.url });
} else {
  process.exitCode = delegate(args, process.env, process.argv[1] ?? '');
}
