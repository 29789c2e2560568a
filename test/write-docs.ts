/** Writes the generated parts of the documentation. Run through `npm run docs`. */
import { writeFile } from 'node:fs/promises';
import { generatedDocs } from './docs.js';

for (const { file, text } of await generatedDocs()) await writeFile(file, text);
