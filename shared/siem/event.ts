import { isIP } from 'node:net';
import type { AuditItem } from '../api/audit.js';
import type { ViolationItem } from '../api/violations.js';
import { truncate } from '../text.js';

/** What a SIEM is told. */
export type SiemEvent = { type: 'audit'; item: AuditItem } | { type: 'violation'; item: ViolationItem };

/** Who tells it. */
export interface SiemSource {
  /** Of the program. */
  version: string;
  org: { id: string; slug: string };
  /** The machine that writes, as syslog names it. */
  host: string;
}

/** Characters of one text (CEF takes 4,000 in a field), and of what was before or after a change as JSON. */
export interface Bounds {
  text: number;
  detail: number;
}
export const USUAL: Bounds = { text: 500, detail: 4_000 };

/** The event with long texts cut, and without a before or after that is too long: names come from whoever has a key or a clone. */
export function bound(event: SiemEvent, { text, detail }: Bounds): SiemEvent {
  const cut = (value: unknown): unknown => {
    if (typeof value === 'string') return truncate(value, text);
    if (Array.isArray(value)) return value.slice(0, 100).map(cut);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cut(inner)]));
  };
  const short = (value: unknown) => (JSON.stringify(value ?? null).length <= detail ? value : null);
  if (event.type === 'violation') {
    const { limit, value } = event.item;
    return {
      type: 'violation',
      item: cut({ ...event.item, limit: short(limit), value: short(value) }) as ViolationItem,
    };
  }
  const { before, after, ...item } = event.item;
  return { type: 'audit', item: { ...(cut(item) as AuditItem), before: short(before), after: short(after) } };
}

/** The address that an event came from; null when it is none, which SIEMs would refuse. */
export const ipOf = ({ ip }: AuditItem): string | null => (ip !== null && isIP(ip) !== 0 ? ip : null);

/** `key.created` is the creation of a key. What is no creation, deletion or reading is a change. */
export function verbOf(action: string): 'create' | 'read' | 'update' | 'delete' {
  const verb = action.slice(action.lastIndexOf('.') + 1);
  if (/^(created|added|assigned|imported|ready)$/.test(verb)) return 'create';
  if (/^(deleted|removed|revoked|unassigned|erased)$/.test(verb)) return 'delete';
  return /^(exported|read|downloaded|tested)$/.test(verb) ? 'read' : 'update';
}

/** What happened, for people: "Ada: team.created (team web)". */
export function sentenceOf({ type, item }: SiemEvent): string {
  if (type === 'violation') return `${item.policy}: ${item.message}`;
  return `${item.actor.name ?? item.actor.id}: ${item.action} (${item.target.type} ${item.target.id})`;
}

/** As one line of JSON in which nothing steers a terminal that shows it: such characters are written as \uXXXX. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Control characters and what turns the direction of text, as spaces. */
export const plain = (text: string): string =>
  text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ');
