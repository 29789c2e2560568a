import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { NAMES, sampleReport } from '../../../test/report-sample.js';
import type { ReportDocument } from '../document.js';
import { gather } from './gather.js';
import { writePdf } from './write-pdf.js';

const run = promisify(execFile);

async function pdf(document: ReportDocument): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of await writePdf(document)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What a poppler tool prints of the PDF, undefined where poppler is not installed. */
async function poppler(t: ExecutionContext, tool: string, args: string[], bytes: Buffer): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-pdf-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'report.pdf');
  await writeFile(file, bytes);
  try {
    const { stdout, stderr } = await run(tool, [...args, file, ...(tool === 'pdftotext' ? ['-'] : [])], {
      maxBuffer: 1 << 26,
    });
    t.is(stderr, '');
    return stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    t.log(`${tool} is not installed`);
    return;
  }
}

const small = sampleReport({ rows: 30 });
// Each takes a thread and seconds of computing: made once, and one after the other.
const hostile = pdf(small);
const tame = hostile.then(() => pdf(sampleReport({ rows: 30, hostile: false })));

test.serial('a report is a PDF with pages, bookmarks and the fonts that it uses', async (t) => {
  const text = (await hostile).toString('latin1');
  t.regex(text, /^%PDF-1\.7\n/);
  t.regex(text, /%%EOF\s*$/);
  t.true((text.match(/\/Type \/Page\b/g) ?? []).length >= 5);
  t.regex(text, /\/Outlines \d+ 0 R/);
  t.deepEqual(new Set(text.match(/\(D:\d+Z\)/g)), new Set(['(D:20260401000000Z)']));
  t.regex(text, /\+NotoSans-cyrillic\b/);
  t.regex(text, /\+Unifont\b/);
});

test.serial('the same report has the same bytes, in another process too', async (t) => {
  const here = createHash('sha256')
    .update(await hostile)
    .digest('hex');
  const program = `
    import { createHash } from 'node:crypto';
    const { writePdf } = await import(${JSON.stringify(new URL('./write-pdf.js', import.meta.url).href)});
    const { sampleReport } = await import(${JSON.stringify(new URL('../../../test/report-sample.js', import.meta.url).href)});
    const hash = createHash('sha256');
    for await (const piece of await writePdf(sampleReport({ rows: 30 }))) hash.update(piece);
    process.stdout.write(hash.digest('hex'));`;
  t.is((await run(process.execPath, ['--input-type=module', '-e', program])).stdout, here);
});

test.serial('text can be selected: names in every script, titles, labels of charts, page numbers', async (t) => {
  const text = await poppler(t, 'pdftotext', ['-layout'], await tame);
  if (text === undefined) return t.pass();
  // Marks that say which way text runs are poppler's own.
  const plain = text.replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, '').normalize('NFC');
  // Letters of Devanagari are selected in the order in which they are drawn.
  const leftToRight = NAMES.filter((name) => !/[\u0590-\u097f😀]/u.test(name));
  for (const name of [...leftToRight, 'דוד בן גוריון', 'платежи/сервис', 'CC6.1–CC6.3 Access'])
    t.true(plain.includes(name), name);
  const pages = text.split('\f').length - 1;
  t.regex(text, new RegExp(`Page ${pages} of ${pages}`));
  t.regex(text, /CC6\.1–CC6\.3 Access +\d+\n/);
});

test.serial('a long table repeats its head on every page and says how many rows are missing', async (t) => {
  const text = await poppler(t, 'pdftotext', ['-layout'], await pdf(sampleReport({ rows: 1_100, hostile: false })));
  if (text === undefined) return t.pass();
  const pages = text.split('\f').filter((page) => page.includes('ledger-service') && page.includes('claude-code'));
  t.true(pages.length > 10);
  for (const page of pages) t.regex(page, /AI-assisted changes\s+Commit +Author/);
  t.regex(text, /100 more rows are not shown here \(1,100 in all\)/);
});

test.serial('a chart as high as they come is on its page, in landscape too', async (t) => {
  const labels = Array.from({ length: 30 }, (_, n) => `organisation/repository-${n}`);
  const values = labels.map((_, n) => n);
  const chart = { kind: 'chart' as const, id: 'bars', title: 'Bars', type: 'bar' as const, unit: 'count' as const };
  const series = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ({ name, values }));
  const wide = Array.from({ length: 15 }, (_, n) => ({ id: `c${n}`, label: 'Responsibility' }));
  const table = { kind: 'table' as const, id: 'wide', title: 'Wide', columns: wide, rows: () => [], empty: 'None.' };
  const sections = [{ id: 's', title: 'S', blocks: [table, { ...chart, labels, series }] }];
  const text = await poppler(t, 'pdftotext', ['-layout'], await pdf({ ...small, sections }));
  if (text === undefined) return t.pass();
  for (const label of labels) t.true(text.includes(label), label);
});

test.serial('rows that are higher than a page are all there', async (t) => {
  const columns = Array.from({ length: 30 }, (_, n) => ({ id: `c${n}`, label: `${n}` }));
  const rows = () => [Array.from({ length: 3 }, () => columns.map(() => 'Q'.repeat(290)))];
  const table = { kind: 'table' as const, id: 'high', title: 'High', columns, rows, empty: '' };
  const sections = [{ id: 's', title: 'S', blocks: [table] }];
  const text = await poppler(t, 'pdftotext', ['-layout'], await pdf({ ...small, sections }));
  if (text === undefined) return t.pass();
  t.is(text.match(/Q/g)?.length, 3 * 30 * 290);
});

test.serial('of many long tables the last ones are shown in short', async (t) => {
  const columns = Array.from({ length: 40 }, (_, n) => ({ id: `c${n}`, label: `${n}` }));
  const rows = () => [Array.from({ length: 800 }, (_, n) => columns.map(() => n))];
  const blocks = ['first', 'second'].map((id) => ({ kind: 'table' as const, id, title: id, columns, rows, empty: '' }));
  const gathered = await gather({ ...small, sections: [{ id: 's', title: 'S', blocks }] });
  const shown = gathered.sections[0]!.blocks.map((block) => block.kind === 'table' && [block.rows.length, block.total]);
  t.deepEqual(shown, [
    [750, 800],
    [25, 800],
  ]);
});

test.serial('every font is embedded, only what is used of it, with its characters', async (t) => {
  const bytes = await hostile;
  t.true(bytes.length < 500_000, `${bytes.length} bytes`);
  const fonts = await poppler(t, 'pdffonts', [], bytes);
  if (fonts === undefined) return t.pass();
  const lines = fonts.trim().split('\n').slice(2);
  t.true(lines.length >= 7);
  for (const line of lines) t.regex(line, /Identity-H +yes yes yes/);
});

test.serial('pages can be drawn', async (t) => {
  const picture = await poppler(t, 'pdftoppm', ['-r', '20', '-gray', '-singlefile'], await hostile);
  // Portable graymap: a page of A4 at 20 dots an inch.
  if (picture === undefined) return t.pass();
  t.regex(picture, /^P5\n16[56] 23[34]\n/);
});

test.serial('no text runs over the edge of its column, whatever is in it', async (t) => {
  const text = await poppler(t, 'pdftotext', ['-bbox'], await hostile);
  if (text === undefined) return t.pass();
  for (const [, page] of text.matchAll(/<page (width="[\s\S]*?)<\/page>/g)) {
    const width = Number(/width="([\d.]+)"/.exec(page!)![1]);
    for (const [, right] of page!.matchAll(/xMax="([\d.]+)"/g))
      t.true(Number(right) <= width - 40, `${right} of ${width}`);
  }
});

test.serial('texts are cut at 300 characters, and the report says how many', async (t) => {
  const text = await poppler(t, 'pdftotext', ['-layout'], await hostile);
  if (text === undefined) return t.pass();
  t.regex(text, /\d+ texts of more than 300 characters were cut here/);
  t.notRegex(text, /\u0000|\u001b/);
});

test.serial('a stream that is given up ends the work', async (t) => {
  const stream = await writePdf(sampleReport({ rows: 1_000 }));
  await new Promise((resolve) => stream.once('close', resolve).destroy());
  t.true(stream.destroyed);
});

test.serial('a report whose rows cannot be read fails with the reason', async (t) => {
  const table = { kind: 'table', id: 't', title: 'T', columns: [{ id: 'a', label: 'A' }], empty: '' } as const;
  const rows = () => {
    throw new Error('the database is gone');
  };
  const document = {
    ...small,
    sections: [{ id: 's', title: 'S', blocks: [{ ...table, columns: [...table.columns], rows }] }],
  };
  await t.throwsAsync(writePdf(document), { message: 'the database is gone' });
});

test.serial('an empty report is a page', async (t) => {
  t.regex((await pdf({ ...small, sections: [] })).toString('latin1'), /\/Count 1\b/);
});
