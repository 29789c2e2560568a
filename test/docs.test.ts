import { readFile } from 'node:fs/promises';
import test from 'ava';
import { generatedDocs } from './docs.js';

test('the generated parts of the documentation are those of the code', async (t) => {
  for (const { file, text } of await generatedDocs()) {
    t.is(await readFile(file, 'utf8'), text, 'run npm run docs and commit the result');
  }
});
