const TOKEN = /<!DOCTYPE html>|<(\/?)([a-zA-Z][\w-]*)((?: [\w:-]+="[^"<]*")*)(\s*\/)?\s*>|<|[^<]+/g;
const LOOSE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|#39);)/;
/** What XML 1.0 has no place for. */
const NO_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Throws unless the markup is well-formed: tags closed in order, attributes quoted and named once, no bare `<` or `&`. Answers the
 * names of the elements and all attributes, in order. Stricter than XML in what it lets a writer of ours do.
 */
export function assertWellFormed(markup: string): { name: string; attributes: Record<string, string> }[] {
  if (NO_XML.test(markup)) throw new Error(`not a character of XML: ${JSON.stringify(NO_XML.exec(markup)![0])}`);
  const open: string[] = [];
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  for (const [text, closing, name, written = '', empty] of markup.matchAll(TOKEN)) {
    if (text === '<') throw new Error(`a < that begins no tag, below ${open.join(' > ')}`);
    if (LOOSE_AMPERSAND.test(text) && open.at(-1) !== 'style') throw new Error(`a bare & in ${text.slice(0, 80)}`);
    if (!name) continue;
    if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      continue;
    }
    const pairs = [...written.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!] as const);
    if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`an attribute twice: ${text}`);
    elements.push({ name, attributes: Object.fromEntries(pairs) });
    if (!empty) open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(' > ')}`);
  return elements;
}
