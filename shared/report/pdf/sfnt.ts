import { inflateSync } from 'node:zlib';

/**
 * What a WOFF 1.0 file holds (W3C, 2012), as an OpenType file. The PDF library reads WOFF too, but inflates the whole table of
 * outlines again for every glyph: 11 MB each time for Unifont.
 * Source: https://www.w3.org/TR/WOFF/ and https://learn.microsoft.com/typography/opentype/spec/otff
 */
export function unpackWoff(woff: Buffer, name: string): Unpacked {
  const tables = readTables(woff);
  tables.set('name', nameTable(name));
  tables.set('hhea', withSameHeight(tables.get('hhea')!, tables.get('head')!.readUInt16BE(18)));
  return {
    sfnt: writeSfnt(woff.subarray(4, 8), tables),
    codePoints: readCodePoints(tables.get('cmap')!),
    shapes: tables.has('GSUB') || tables.has('GPOS'),
  };
}

export interface Unpacked {
  sfnt: Buffer;
  codePoints: Set<number>;
  /** Whether it has rules for shaping. Only with these does the PDF library turn right-to-left text. */
  shapes: boolean;
}

function readTables(woff: Buffer): Map<string, Buffer> {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new TypeError('not a WOFF font');
  const tables = new Map<string, Buffer>();
  for (let at = 44; at < 44 + 20 * woff.readUInt16BE(12); at += 20) {
    const [offset, packed, length] = [4, 8, 12].map((field) => woff.readUInt32BE(at + field)) as [
      number,
      number,
      number,
    ];
    const bytes = woff.subarray(offset, offset + packed);
    tables.set(woff.toString('latin1', at, at + 4), packed < length ? inflateSync(bytes) : bytes);
  }
  return tables;
}

/** Ascender and descender of Noto Sans for all fonts: lines and cells with several would be uneven. */
function withSameHeight(hhea: Buffer, unitsPerEm: number): Buffer {
  const changed = Buffer.from(hhea);
  for (const [index, thousandths] of [1069, -293, 0].entries()) {
    changed.writeInt16BE(Math.round((thousandths * unitsPerEm) / 1000), 4 + 2 * index);
  }
  return changed;
}

/** One record, the PostScript name: all files of a family have the same, and the PDF library would take them for one font. */
function nameTable(name: string): Buffer {
  const text = Buffer.from(name, 'utf16le').swap16();
  const header = [0, 1, 18, 3, 1, 0x409, 6, text.length, 0];
  const table = Buffer.alloc(18);
  for (const [index, field] of header.entries()) table.writeUInt16BE(field, index * 2);
  return Buffer.concat([table, text]);
}

function writeSfnt(flavour: Buffer, tables: Map<string, Buffer>): Buffer {
  const sorted = [...tables].sort(([a], [b]) => (a < b ? -1 : 1));
  const directory = Buffer.alloc(12 + 16 * sorted.length);
  flavour.copy(directory);
  directory.writeUInt16BE(sorted.length, 4);
  const parts: Buffer[] = [directory];
  let offset = directory.length;
  for (const [index, [tag, bytes]] of sorted.entries()) {
    const at = 12 + 16 * index;
    directory.write(tag, at, 'latin1');
    directory.writeUInt32BE(offset, at + 8);
    directory.writeUInt32BE(bytes.length, at + 12);
    const padding = -bytes.length & 3;
    parts.push(bytes, Buffer.alloc(padding));
    offset += bytes.length + padding;
  }
  return Buffer.concat(parts);
}

/** The characters that a font has glyphs for: of its Unicode `cmap` (format 12, else 4). */
function readCodePoints(cmap: Buffer): Set<number> {
  const subtables = Array.from({ length: cmap.readUInt16BE(2) }, (_, n) => cmap.subarray(cmap.readUInt32BE(8 + 8 * n)));
  const full = subtables.find((table) => table.readUInt16BE(0) === 12);
  if (full) return readFormat12(full);
  return readFormat4(subtables.find((table) => table.readUInt16BE(0) === 4)!);
}

function readFormat12(table: Buffer): Set<number> {
  const found = new Set<number>();
  for (let group = 0; group < table.readUInt32BE(12); group++) {
    const at = 16 + 12 * group;
    for (let code = table.readUInt32BE(at); code <= table.readUInt32BE(at + 4); code++) found.add(code);
  }
  return found;
}

function readFormat4(table: Buffer): Set<number> {
  const found = new Set<number>();
  const size = table.readUInt16BE(6);
  for (let at = 14; at < 14 + size; at += 2) {
    const [end, start] = [table.readUInt16BE(at), table.readUInt16BE(at + size + 2)];
    const offsetAt = at + 3 * size + 2;
    const offset = table.readUInt16BE(offsetAt);
    for (let code = start; code <= end && code < 0xffff; code++) {
      const glyph = offset === 0 ? 1 : table.readUInt16BE(offsetAt + offset + 2 * (code - start));
      if (glyph !== 0) found.add(code);
    }
  }
  return found;
}
