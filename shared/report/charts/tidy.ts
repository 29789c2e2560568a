/**
 * The SVG of echarts without what differs from run to run or is of no use in a page that stands still: ids counted over the life
 * of the process (`zr7-p0`), classes for hovering, event attributes, inline styles (a strict Content-Security-Policy refuses
 * them). Text in it is escaped, so that a quotation mark never stands in a label and attributes can be told by it.
 */
export function tidySvg(svg: string, id: string): string {
  const numbers = new Map<string, string>();
  const rename = (old: string) => {
    if (!numbers.has(old)) numbers.set(old, `${id}-${numbers.size}`);
    return numbers.get(old)!;
  };
  return (
    svg
      .replace(/<style ?>[\s\S]*?<\/style>\n?/g, '')
      .replace(/ (?:class|pointer-events|baseProfile|version|xmlns:xlink|ecmeta_\w+)="[^"]*"/g, '')
      .replace(/ style="font-size:([\d.]+)px;font-family:([^;"]*);(?:font-weight:(\w+);)?"/g, fontAttributes)
      .replace(/"url\(#(zr[\w-]+)\)"/g, (_, old) => `"url(#${rename(old)})"`)
      .replace(/ id="(zr[\w-]+)"/g, (_, old) => ` id="${rename(old)}"`)
      .trimEnd()
      // Labels that are too long are cut between two halves of a character.
      .toWellFormed()
  );
}

function fontAttributes(_: string, size: string, family: string, weight?: string): string {
  return ` font-size="${size}" font-family="${family}"${weight ? ` font-weight="${weight}"` : ''}`;
}
