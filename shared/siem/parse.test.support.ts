/** Readers of the formats, written from their specifications alone. They throw on what those do not allow. */

export interface Cef {
  header: string[];
  extension: Record<string, string>;
}

/** CEF: seven fields that unescaped pipes end, then key=value pairs whose values may hold spaces. */
export function parseCef(line: string): Cef {
  if (/[\r\n]/.test(line)) throw new Error('more than one line');
  const header: string[] = [''];
  let at = 0;
  for (; header.length < 8; at++) {
    const character = line[at];
    if (character === undefined) throw new Error('the header ends too soon');
    if (character === '|') header.push('');
    else if (character !== '\\') header.push(header.pop() + character);
    else if (line[at + 1] === '\\' || line[at + 1] === '|') header.push(`${header.pop()}${line[++at]}`);
    else throw new Error('a backslash escapes nothing');
  }
  if (header[0] !== 'CEF:0' || !/^(10|\d)$/.test(header[6]!)) throw new Error('version or severity');
  const extension: Record<string, string> = {};
  const rest = line.slice(at);
  // A key stands before each = that no backslash escapes.
  const starts = [...rest.matchAll(/(?:^| )([A-Za-z0-9]+)=/g)];
  if (starts[0]?.index !== 0) throw new Error('no key at the beginning');
  for (const [n, { 0: start, 1: key, index }] of starts.entries()) {
    const value = rest.slice(index + start.length, starts[n + 1]?.index);
    if (/(?<!\\)(?:\\\\)*=/.test(value)) throw new Error(`a bare = in ${key}`);
    if (key! in extension) throw new Error(`${key} stands twice`);
    extension[key!] = value.replace(/\\(.?)/g, (_, escaped: string) => {
      if (escaped === 'n') return '\n';
      if (escaped !== '\\' && escaped !== '=') throw new Error(`a backslash escapes ${escaped}`);
      return escaped;
    });
  }
  return { header: header.slice(0, 7), extension };
}

export interface Syslog {
  facility: number;
  severity: number;
  timestamp: string;
  host: string;
  app: string;
  messageId: string;
  data: Record<string, string>;
  message: string;
}

/** RFC 5424, 6: header, structured data with at most one element, message. */
export function parseSyslog(text: string): Syslog {
  const header =
    /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) /.exec(
      text,
    );
  if (!header) throw new Error(`no header: ${text.slice(0, 200)}`);
  const [all, priority, timestamp, host, app, , messageId] = header;
  if (Number(priority) > 191) throw new Error('priority');
  const data: Record<string, string> = {};
  let at = all.length;
  if (text[at] === '-') at++;
  else {
    const id = /^\[[!#-<>-\\^-~]{1,32}(?=[ \]])/.exec(text.slice(at));
    if (!id) throw new Error('no structured data');
    at += id[0].length;
    while (text[at] === ' ') {
      const param = /^ ([!#-<>-\\^-~]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/.exec(text.slice(at));
      if (!param) throw new Error(`no parameter: ${text.slice(at, at + 100)}`);
      data[param[1]!] = param[2]!.replace(/\\(["\\\]])/g, '$1');
      at += param[0].length;
    }
    if (text[at++] !== ']') throw new Error('structured data does not end');
  }
  if (text[at] !== undefined && text[at] !== ' ') throw new Error('no space before the message');
  const message = text.slice(at + 1).replace(/^\ufeff/, '');
  const number = Number(priority);
  return {
    facility: number >> 3,
    severity: number & 7,
    ...{ timestamp: timestamp!, host: host!, app: app! },
    messageId: messageId!,
    data,
    message,
  };
}
