import { isIP } from 'node:net';
import { SIEM_FORMATS, type SiemFormat } from '../../shared/siem/format.js';

/** A syslog collector. */
export interface SyslogTarget {
  tls: boolean;
  host: string;
  port: number;
  format: SiemFormat;
}

/** Reads `tls://host:6514?format=cef`. Throws a RangeError that says what is wrong. */
export function parseSyslogUrl(text: string): SyslogTarget {
  if (!URL.canParse(text)) throw new RangeError('is no URL such as tls://siem.example.com:6514?format=cef');
  const { protocol, hostname, port, searchParams, username, pathname, hash } = new URL(text);
  if (protocol !== 'tls:' && protocol !== 'tcp:') throw new RangeError('must begin with tls:// or tcp://');
  const format = searchParams.get('format') ?? 'syslog';
  const isFormat = (name: string): name is SiemFormat => (SIEM_FORMATS as readonly string[]).includes(name);
  if (!isFormat(format)) throw new RangeError(`has a format other than ${SIEM_FORMATS.join(', ')}`);
  const isPlain = username === '' && (pathname === '' || pathname === '/') && hash === '';
  const unknown = [...searchParams.keys()].find((name) => name !== 'format');
  if (hostname === '' || !isPlain || unknown !== undefined)
    throw new RangeError('takes a host, a port and ?format=, and nothing else');
  const bare = hostname.replace(/^\[|\]$/g, '');
  const host = isIP(bare) === 6 ? bare : hostname;
  return { tls: protocol === 'tls:', host, port: port === '' ? 6514 : Number(port), format };
}
