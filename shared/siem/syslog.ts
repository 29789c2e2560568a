import { plain, type SiemEvent, type SiemSource, sentenceOf } from './event.js';

/** "log audit" of RFC 5424, 6.2.1. */
const FACILITY = 13;
const SEVERITY = { block: 4, warn: 5, audit: 6 };

/** Names of structured data of one's own end in a number that IANA gave out; this one is for examples (RFC 5612), as we have none. */
const SD_ID = 'blameprompt@32473';

/** An event as a message of RFC 5424, with its facts as structured data. `message` in place of the sentence: another format inside. */
export function toSyslog(event: SiemEvent, { org, host }: SiemSource, message?: string): string {
  const { type, item } = event;
  const severity = type === 'audit' ? SEVERITY.audit : SEVERITY[item.action];
  const timestamp = type === 'audit' ? item.recorded_at : item.found_at;
  const id = type === 'audit' ? item.action : `violation.${item.action}`;
  const header = `<${FACILITY * 8 + severity}>1 ${timestamp} ${name(host, 255)} blameprompt - ${name(id, 32)}`;
  if (message !== undefined) return `${header} - ${message}`;
  const data = Object.entries({ org: org.slug, ...factsOf(event) })
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${escapeParam(String(value))}"`)
    .join('');
  const text = plain(sentenceOf(event));
  // RFC 5424, 6.4: text in UTF-8 begins with its mark.
  return `${header} [${SD_ID}${data}] ${/^[ -~]*$/.test(text) ? text : `\ufeff${text}`}`;
}

function factsOf({ type, item }: SiemEvent): Record<string, string | number | null> {
  if (type === 'audit') {
    const { id, seq, actor, target, request_id, ip } = item;
    return {
      ...{ id, seq, actor_type: actor.type, actor_id: actor.id, actor_name: actor.name, ip, request_id },
      ...{ target_type: target.type, target_id: target.id },
    };
  }
  const { id, policy, rule, action, repo, commit, path, person, team, receipt_id } = item;
  return { id, policy, rule, action, repo, commit, path, person, team, receipt_id };
}

/** A field of the header: printable ASCII without spaces; - for none. */
const name = (text: string, max: number) => text.replace(/[^!-~]/g, '_').slice(0, max) || '-';

const escapeParam = (text: string) => plain(text).replace(/["\\\]]/g, '\\$&');
