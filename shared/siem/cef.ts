import { isIPv6 } from 'node:net';
import type { AuditItem } from '../api/audit.js';
import type { ViolationItem } from '../api/violations.js';
import { ipOf, plain, type SiemEvent, type SiemSource, sentenceOf } from './event.js';

type Extension = Record<string, string | number | null>;

/** An event as one line of the Common Event Format, version 0 (ArcSight). */
export function toCef(event: SiemEvent, source: SiemSource): string {
  const { id, name, severity, extension } = event.type === 'violation' ? violation(event.item) : audit(event.item);
  const header = ['BlamePrompt', 'BlamePrompt Enterprise', source.version, id, name, String(severity)];
  const all: Extension = { ...extension, msg: sentenceOf(event), cs6Label: 'organization', cs6: source.org.slug };
  const pairs = Object.entries(all).filter(([, value]) => value !== null && value !== '');
  const text = pairs.map(([key, value]) => `${key}=${escapeValue(String(value))}`).join(' ');
  return `CEF:0|${header.map(escapeHeader).join('|')}|${text}`;
}

function audit(item: AuditItem) {
  const { action, actor, target } = item;
  const ip = ipOf(item);
  const address: Extension =
    ip === null ? {} : isIPv6(ip) ? { c6a2Label: 'Source IPv6 Address', c6a2: ip } : { src: ip };
  return {
    ...{ id: action, name: action, severity: 3 },
    extension: {
      ...{ rt: Date.parse(item.recorded_at), externalId: item.id, act: action, outcome: 'success' },
      ...{ suid: actor.id, suser: actor.name, ...address },
      ...{ cs1Label: 'targetType', cs1: target.type, cs2Label: 'targetId', cs2: target.id },
      ...(item.request_id !== null && { cs3Label: 'requestId', cs3: item.request_id }),
      ...(item.seq !== null && { cn1Label: 'sequence', cn1: item.seq }),
      ...changes(item),
    } as Extension,
  };
}

function changes({ before, after }: AuditItem): Extension {
  const text = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  return { ...labelled('cs4', 'before', text(before)), ...labelled('cs5', 'after', text(after)) };
}

function violation(item: ViolationItem) {
  return {
    ...{ id: item.rule, name: item.policy, severity: item.action === 'block' ? 8 : 5 },
    extension: {
      ...{ rt: Date.parse(item.found_at), start: Date.parse(item.occurred_at), externalId: item.id, act: item.action },
      ...{ suser: item.person, filePath: item.path, reason: item.message },
      ...labelled('cs1', 'repository', item.repo),
      ...labelled('cs2', 'commit', item.commit),
      ...labelled('cs3', 'receipt', item.receipt_id),
      ...labelled('cs4', 'team', item.team),
      ...labelled('cs5', 'acknowledgedBy', item.acknowledged_by),
    } as Extension,
  };
}

const labelled = (key: string, label: string, value: string | null): Extension =>
  value === null ? {} : { [`${key}Label`]: label, [key]: value };

/** In the header pipes end a field and lines end the event. */
const escapeHeader = (text: string) => plain(text).replace(/[\\|]/g, '\\$&');

/** In the extension = ends a key; line breaks may stand in it as \n. */
const escapeValue = (text: string) =>
  text
    .split(/\r\n|[\r\n]/)
    .map((line) => plain(line).replace(/[\\=]/g, '\\$&'))
    .join('\\n');
