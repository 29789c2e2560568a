import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import test from 'ava';
import { NAMES, sampleReport } from '../../../test/report-sample.js';
import { assertWellFormed } from '../../../test/well-formed.js';
import type { ReportDocument } from '../document.js';
import { writeHtml } from './write-html.js';

async function html(document: ReportDocument): Promise<string> {
  let text = '';
  for await (const piece of writeHtml(document)) text += piece;
  return text;
}

test('a report with every kind of block and hostile names is well-formed', async (t) => {
  const page = await html(sampleReport());
  t.notThrows(() => assertWellFormed(page));
  for (const name of NAMES) t.true(page.includes(name), name);
});

test('xmllint finds the page well-formed', async (t) => {
  const child = promisify(execFile)('xmllint', ['--noout', '--nonet', '-']);
  child.child.stdin!.on('error', () => {}).end(await html(sampleReport({ rows: 20 })));
  try {
    t.is((await child).stderr, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    t.pass('xmllint is not installed');
  }
});

test('the page loads and runs nothing, and its policy allows only its own style sheet', async (t) => {
  const page = await html(sampleReport({ rows: 20 }));
  const elements = assertWellFormed(page);
  const names = new Set(elements.map(({ name }) => name));
  for (const name of ['script', 'link', 'img', 'iframe', 'object', 'form', 'image', 'use'])
    t.false(names.has(name), name);
  for (const { attributes } of elements) {
    t.deepEqual(
      Object.keys(attributes).filter((key) => /^(?:on|src|style$|action)/.test(key)),
      [],
    );
    t.regex(attributes.href ?? '#', /^#/);
  }
  const policy = elements.find(({ attributes }) => attributes['http-equiv'])!.attributes.content!;
  const style = page.match(/<style>([\s\S]*?)<\/style>/)![1]!;
  const hash = createHash('sha256').update(style).digest('base64');
  t.is(
    policy,
    `default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
  );
});

test('links lead to places that are there, and every place has a name of its own', async (t) => {
  const elements = assertWellFormed(await html(sampleReport({ rows: 20 })));
  const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
  t.is(new Set(ids).size, ids.length);
  const links = elements.flatMap(({ attributes }) => attributes.href ?? []);
  t.is(links.length, 4);
  const labels = elements.flatMap(({ attributes }) => attributes['aria-labelledby'] ?? []);
  for (const target of [...links.map((link) => link.slice(1)), ...labels]) t.true(ids.includes(target), target);
});

test('a table has a caption and scoped headers; of a long one 1,000 rows and how many more there are', async (t) => {
  const page = await html(sampleReport({ rows: 5_000 }));
  const table = page.slice(page.indexOf('AI-assisted changes</caption>'));
  t.is(table.match(/<th scope="row">/g)?.length, 1_000);
  t.regex(
    table,
    /4,000 more rows are not shown here \(5,000 in all\)\. The same report as CSV or JSON has all of them\./,
  );
  t.is(page.match(/<table>/g)?.length, page.match(/<caption/g)?.length);
  t.regex(page, /No bypass was recorded in the period\./);
});

test('a page made again has the same bytes', async (t) => {
  t.is(await html(sampleReport()), await html(sampleReport()));
});
