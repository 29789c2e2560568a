import type { AuditItem } from '../api/audit.js';
import type { ViolationItem } from '../api/violations.js';
import { ipOf, type SiemEvent, type SiemSource, sentenceOf, verbOf } from './event.js';

/** Of the Open Cybersecurity Schema Framework. User Management (3007) came with it; older ones have Account Change. */
const OCSF_VERSION = '1.9.0';

const CLASSES = {
  authentication: { uid: 3002, name: 'Authentication' },
  userManagement: { uid: 3007, name: 'User Management' },
  apiActivity: { uid: 6003, name: 'API Activity' },
  complianceFinding: { uid: 2003, name: 'Compliance Finding' },
};
const CATEGORIES: Record<number, string> = {
  2: 'Findings',
  3: 'Identity & Access Management',
  6: 'Application Activity',
};
const ADD_CREDENTIALS = 18;
const REMOVE_CREDENTIALS = 19;
const SERVICE_USER = 4;

/** An event as an OCSF object: API Activity, User Management for keys, Authentication for sign-ins, Compliance Finding for violations. */
export function toOcsf(event: SiemEvent, source: SiemSource): object {
  return event.type === 'violation' ? finding(event, event.item, source) : activity(event, event.item, source);
}

function activity(event: SiemEvent, item: AuditItem, source: SiemSource): object {
  const { action, target, actor, before, after } = item;
  const ip = ipOf(item);
  const common = {
    ...head(event, source, Date.parse(item.recorded_at), item.id, item.seq),
    ...{ severity_id: 1, severity: 'Informational' },
    actor: { user: { uid: actor.id, name: actor.name ?? actor.id, type_id: SERVICE_USER, type: 'Service' } },
    src_endpoint: ip === null ? { name: actor.type } : { ip },
    unmapped: { action, target, before, after },
  };
  if (/^(session|sign_in|login)\./.test(action)) {
    const isEnd = /\.(ended|deleted|revoked|expired|logged_out)$/.test(action);
    const status = /\.(failed|refused|denied)$/.test(action) ? FAILURE : SUCCESS;
    return {
      ...common,
      ...classify(CLASSES.authentication, isEnd ? 2 : 1),
      ...status,
      user: common.actor.user,
      service: { name: 'blameprompt-server' },
    };
  }
  if (target.type === 'key') {
    const name = (after as { name?: unknown } | null)?.name;
    return {
      ...common,
      ...classify(CLASSES.userManagement, verbOf(action) === 'delete' ? REMOVE_CREDENTIALS : ADD_CREDENTIALS),
      ...SUCCESS,
      user: {
        ...{
          uid: target.id,
          name: typeof name === 'string' ? name : target.id,
          type_id: SERVICE_USER,
          type: 'Service',
        },
        programmatic_credentials: [{ uid: target.id, type: 'API Key' }],
      },
    };
  }
  return {
    ...common,
    ...classify(CLASSES.apiActivity, { create: 1, read: 2, update: 3, delete: 4 }[verbOf(action)]),
    ...SUCCESS,
    api: {
      operation: action,
      service: { name: 'blameprompt-server' },
      ...(item.request_id !== null && { request: { uid: item.request_id } }),
    },
    resources: [{ uid: target.id, type: target.type }],
  };
}

function finding(event: SiemEvent, item: ViolationItem, source: SiemSource): object {
  const isAcknowledged = item.acknowledged_at !== null;
  const isBlock = item.action === 'block';
  const resources = [
    ...(item.repo === null ? [] : [{ name: item.repo, type: 'repository' }]),
    ...(item.commit === null ? [] : [{ uid: item.commit, type: 'commit' }]),
    ...(item.receipt_id === null ? [] : [{ uid: item.receipt_id, type: 'receipt' }]),
  ];
  return {
    ...head(event, source, Date.parse(item.found_at), item.id, null),
    ...classify(CLASSES.complianceFinding, isAcknowledged ? 2 : 1),
    ...(isBlock ? { severity_id: 4, severity: 'High' } : { severity_id: 3, severity: 'Medium' }),
    ...(isAcknowledged ? { status_id: 3, status: 'Suppressed' } : { status_id: 1, status: 'New' }),
    start_time: Date.parse(item.occurred_at),
    finding_info: {
      ...{ uid: item.id, title: item.policy, desc: item.message, types: [item.rule] },
      ...{ created_time: Date.parse(item.found_at), modified_time: Date.parse(item.updated_at) },
      first_seen_time: Date.parse(item.occurred_at),
    },
    compliance: {
      ...{ control: item.policy, standards: ['BlamePrompt policies'], status_id: 3, status: 'Fail' },
      checks: [{ uid: item.policy_id ?? item.policy, name: item.policy, version: String(item.policy_version) }],
    },
    remediation: { desc: item.advice },
    ...(resources.length > 0 && { resources }),
    unmapped: {
      ...{
        action: item.action,
        rule: item.rule,
        limit: item.limit,
        value: item.value,
        path: item.path,
        lines: item.lines,
      },
      ...{ person: item.person, team: item.team, acknowledged_by: item.acknowledged_by, note: item.note },
    },
  };
}

const SUCCESS = { status_id: 1, status: 'Success' };
const FAILURE = { status_id: 2, status: 'Failure' };

function classify({ uid, name }: { uid: number; name: string }, activity: number) {
  const category = Math.floor(uid / 1000);
  return {
    ...{ activity_id: activity, class_uid: uid, class_name: name, type_uid: uid * 100 + activity },
    ...{ category_uid: category, category_name: CATEGORIES[category] },
  };
}

function head(event: SiemEvent, { version, org }: SiemSource, time: number, uid: string, sequence: number | null) {
  return {
    time,
    message: sentenceOf(event),
    metadata: {
      ...{ version: OCSF_VERSION, uid, log_name: event.type, tenant_uid: org.id },
      ...(sequence !== null && { sequence }),
      product: { name: 'BlamePrompt Enterprise', vendor_name: 'BlamePrompt', version },
    },
  };
}
