/**
 * Writes oclif.manifest.json, part of every build. Without it oclif imports every command, and with them every schema, to
 * find the one that was asked for.
 */
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = new URL('../../oclif.manifest.json', import.meta.url);
await rm(file, { force: true });
const plugin = new Plugin({ root });
await plugin.load();
await writeFile(file, JSON.stringify(plugin.manifest));
