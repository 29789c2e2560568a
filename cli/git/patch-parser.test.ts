import test from 'ava';
import { type Patch, PatchParser } from './patch-parser.js';
import { decodePath } from './quoted-path.js';

const OID = '0123456789abcdef0123456789abcdef01234567';

/** The answer must not depend on where the stream is cut. */
function parse(text: string, size: number): Patch[] {
  const bytes = Buffer.from(text, 'latin1');
  const parser = new PatchParser();
  const patches: Patch[] = [];
  for (let at = 0; at < bytes.length; at += size) patches.push(...parser.push(bytes.subarray(at, at + size)));
  return [...patches, ...parser.end()];
}

const PATCH = `#${OID}
diff --git a/a.ts b/a.ts
index ${OID}..${OID} 100644
--- a/a.ts
+++ b/a.ts
@@ -1,3 +1,4 @@ function total() {
 first
---- b/x
-second\r
+++ b/y
+@@ -1 +1 @@
+diff --git a/x b/x
@@ -9 +10,2 @@
-#${OID}
\\ No newline at end of file
+#${OID}
+
\\ No newline at end of file
diff --git a/gone.ts b/gone.ts
deleted file mode 100644
index ${OID}..${OID}
--- a/gone.ts
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/img.png b/img.png
index ${OID}..${OID} 100644
Binary files a/img.png and b/img.png differ
diff --git a/old b/new name
similarity index 90%
rename from old
rename to new name
index ${OID}..${OID} 100644
--- a/old
+++ b/new name\t
@@ -2 +2 @@
-x
+y
diff --git a/lib b/lib
index ${OID}..${OID} 160000
--- a/lib
+++ b/lib
@@ -1 +1 @@
-Subproject commit ${OID}
+Subproject commit ${OID}
#${OID}
`;

test('a patch is read alike in pieces of any size, and nothing inside a file can pose as a header', (t) => {
  const expected: Omit<Patch, 'id'>[] = [
    {
      commit: OID,
      files: [
        {
          path: 'a.ts',
          added: [
            [2, 4],
            [10, 11],
          ],
          deleted: 3,
        },
        { path: 'gone.ts', added: [], deleted: 1 },
        { path: 'new name', added: [[2, 2]], deleted: 1 },
        { path: 'lib', added: [], deleted: 0 },
      ],
    },
    { commit: OID, files: [] },
  ];
  const [whole] = parse(PATCH, 1 << 20);
  t.regex(whole!.id!, /^[0-9a-f]{64}$/);
  for (const size of [1, 2, 3, 7, 64, 1 << 20]) {
    const patches = parse(PATCH, size);
    t.deepEqual(
      patches.map(({ id: _, ...patch }) => patch),
      expected,
      `pieces of ${size}`,
    );
    t.deepEqual(
      patches.map(({ id }) => id),
      [whole!.id, undefined],
    );
  }
});

test('a patch keeps its id where only line numbers and objects differ', (t) => {
  const id = (text: string) => parse(text, 1 << 20)[0]!.id;
  const head = `#${OID}\ndiff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n`;
  const one = id(`${head}@@ -1,2 +1,3 @@ before\n x\n+y\n z\n`);
  t.is(id(`${head.replace('1..2', '3..4')}@@ -7,2 +9,3 @@ after\n x\n+y\n z\n`), one);
  for (const other of ['@@ -1,2 +1,3 @@\n x\n+y \n z\n', '@@ -1,2 +1,3 @@\n X\n+y\n z\n']) t.not(id(head + other), one);
  t.not(id(`${head.replaceAll('/a', '/b')}@@ -1,2 +1,3 @@\n x\n+y\n z\n`), one);
  const binary = (blobs: string) =>
    id(`#${OID}\ndiff --git a/a b/a\nindex ${blobs} 100644\nBinary files a/a and b/a differ\n`);
  t.is(binary('1..2'), binary('1..2'));
  t.not(binary('1..2'), binary('1..3'));
});

test('a patch that is cut off or makes no sense is an error, not a wrong number', (t) => {
  const head = `#${OID}\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n`;
  t.throws(() => parse(`${head}@@ -1 +1 @@\n-x\ndiff --git a/b b/b\n`, 99), { message: /shorter/ });
  t.throws(() => parse(`${head}@@ -broken @@\n`, 99), { message: /hunk/ });
  t.throws(() => parse(`#${OID}\n@@ -1 +1 @@\n`, 99), { message: /hunk/ });
  t.throws(() => parse('--- a/a\n+++ b/a\n', 99), { message: /before its commit/ });
  t.throws(() => parse('x'.repeat(3 << 20), 1 << 16), { message: /no end/ });
});

test('paths are decoded as git quotes them', (t) => {
  const decode = (printed: string) => decodePath(Buffer.from(printed, 'latin1'));
  t.is(decode('b/plain.ts'), 'b/plain.ts');
  t.is(decode('b/with a space\t'), 'b/with a space');
  t.is(decode('"b/a \\"quote\\" and \\\\"'), 'b/a "quote" and \\');
  t.is(decode('"b/tab\\tline\\nend \\r\\a\\b\\v\\f\\177"\t'), 'b/tab\tline\nend \r\x07\b\v\f\x7f');
  t.is(decode('"b/\\303\\244"'), 'b/ä');
  t.is(decode('b/\xc3\xa4'), 'b/ä');
  t.is(decode('b/\xff'), 'b/\ufffd');
  t.is(decode('"b/\\3778"'), 'b/\ufffd8');
  t.is(decode('""'), '');
});
