import type { AuditItem } from '../api/audit.js';
import type { ViolationItem } from '../api/violations.js';
import { ipOf, type SiemEvent, type SiemSource, sentenceOf, verbOf } from './event.js';

/** Of the Elastic Common Schema. */
const ECS_VERSION = '8.17.0';

/**
 * An event in the fields of ECS. What has no field there stands under `blameprompt`; before and after as JSON text, as an index
 * that gets a field for each name in them soon has too many.
 */
export function toEcs(event: SiemEvent, source: SiemSource): object {
  return event.type === 'violation' ? alert(event, event.item, source) : change(event, event.item, source);
}

function change(event: SiemEvent, item: AuditItem, source: SiemSource): object {
  const { action, actor, target, request_id } = item;
  const ip = ipOf(item);
  return {
    '@timestamp': item.recorded_at,
    ...common(event, source),
    event: {
      ...{ kind: 'event', ...categoryOf(action, target.type), action, outcome: 'success', id: item.id },
      ...{ module: 'blameprompt', dataset: 'blameprompt.audit', provider: 'blameprompt-server' },
      ...(item.seq !== null && { sequence: item.seq }),
    },
    user: { id: actor.id, name: actor.name ?? actor.id },
    ...(ip !== null && { source: { ip } }),
    ...(request_id !== null && { http: { request: { id: request_id } } }),
    related: { user: [actor.id, ...(actor.name === null ? [] : [actor.name])], ...(ip !== null && { ip: [ip] }) },
    blameprompt: {
      ...{ actor: { type: actor.type }, target },
      ...{ before: JSON.stringify(item.before ?? null), after: JSON.stringify(item.after ?? null) },
    },
  };
}

function alert(event: SiemEvent, item: ViolationItem, source: SiemSource): object {
  const { person, policy, policy_id, policy_version, rule, repo, commit, path, lines, receipt_id, team } = item;
  return {
    '@timestamp': item.found_at,
    ...common(event, source),
    event: {
      ...{
        kind: 'alert',
        category: ['configuration'],
        type: ['info'],
        action: `violation.${item.action}`,
        id: item.id,
      },
      ...{ module: 'blameprompt', dataset: 'blameprompt.violation', provider: 'blameprompt-server' },
      ...{ severity: item.action === 'block' ? 73 : 47, reason: item.message, start: item.occurred_at },
    },
    rule: {
      id: policy_id ?? policy,
      name: policy,
      category: rule,
      version: String(policy_version),
      ruleset: 'policies',
    },
    ...(person !== null && { user: { name: person }, related: { user: [person] } }),
    ...(path !== null && { file: { path } }),
    blameprompt: {
      ...{ repo, commit, lines, receipt_id, team, advice: item.advice },
      ...{ limit: JSON.stringify(item.limit ?? null), value: JSON.stringify(item.value ?? null) },
      ...{ acknowledged_at: item.acknowledged_at, acknowledged_by: item.acknowledged_by, note: item.note },
    },
  };
}

const common = (event: SiemEvent, { version, org }: SiemSource) => ({
  ecs: { version: ECS_VERSION },
  message: sentenceOf(event),
  organization: { id: org.id, name: org.slug },
  observer: { vendor: 'BlamePrompt', product: 'BlamePrompt Enterprise', version },
});

/** From the lists that ECS allows: a category, and the types that may stand with it. */
function categoryOf(action: string, target: string): { category: string[]; type: string[] } {
  if (/^(session|sign_in|login)\./.test(action))
    return { category: ['authentication'], type: [/\.(ended|deleted|revoked)$/.test(action) ? 'end' : 'start'] };
  const type = { create: 'creation', read: 'access', update: 'change', delete: 'deletion' }[verbOf(action)];
  if (target === 'key' || target === 'team') {
    const subject = target === 'key' ? 'user' : 'group';
    return { category: ['iam'], type: [subject, ...(type === 'access' ? ['info'] : [type])] };
  }
  return { category: ['configuration'], type: [type] };
}
