import test from 'ava';
import fc from 'fast-check';
import type { AuditItem } from '../api/audit.js';
import type { ViolationItem } from '../api/violations.js';
import { plain, type SiemEvent, type SiemSource } from './event.js';
import { formatEvent, MAX_SYSLOG, SIEM_FORMATS, syslogMessage } from './format.js';
import { parseCef, parseSyslog } from './parse.test.support.js';

const source: SiemSource = {
  version: '1.2.3',
  org: { id: '0b0e3b7e-6f5e-4a58-9f0b-0d5f4f1f2a11', slug: 'acme' },
  host: 'server-1.example.com',
};
const ID = '6f1f9f66-1c1c-4a3a-9a3e-0a4d8b6b9c01';

const audit = (more: Partial<AuditItem> = {}): SiemEvent => ({
  type: 'audit',
  item: {
    ...{
      id: ID,
      seq: 7,
      recorded_at: '2026-02-14T10:20:30.123456Z',
      action: 'team.created',
      request_id: 'req-1',
      ip: '192.0.2.7',
    },
    actor: { type: 'key', id: 'key-1', name: 'Ada' },
    target: { type: 'team', id: 'web' },
    ...{ before: null, after: { slug: 'web' } },
    ...more,
  },
});
const violation = (more: Partial<ViolationItem> = {}): SiemEvent => ({
  type: 'violation',
  item: {
    ...{
      id: ID,
      policy: 'No o1',
      policy_id: ID,
      policy_version: 2,
      rule: 'blocked_models',
      action: 'block',
      limit: ['o1'],
      value: 'o1',
    },
    ...{
      repo: 'git.example.com/acme/shop',
      commit: 'a'.repeat(40),
      path: 'src/a.ts',
      lines: '1-3',
      receipt_id: ID,
      subject: null,
    },
    ...{ window: null, message: 'o1 is blocked', advice: 'Use another model.', person: 'ada@example.com', team: 'web' },
    ...{ occurred_at: '2026-02-13T00:00:00.000000Z', found_at: '2026-02-14T10:20:30.123456Z' },
    ...{ updated_at: '2026-02-14T10:20:30.123456Z', acknowledged_at: null, acknowledged_by: null, note: null },
    ...more,
  },
});
const json = (format: 'ocsf' | 'ecs' | 'jsonl', event: SiemEvent) => JSON.parse(formatEvent(format, event, source));

test('OCSF: each event has the class, and what the class requires', (t) => {
  const cases: [SiemEvent, number, number, string[]][] = [
    [audit(), 6003, 1, ['actor', 'api', 'src_endpoint']],
    [
      audit({ action: 'policy.updated', target: { type: 'policy', id: 'p' } }),
      6003,
      3,
      ['actor', 'api', 'src_endpoint'],
    ],
    [audit({ action: 'team.member_removed' }), 6003, 3, ['api']],
    [audit({ action: 'report.exported' }), 6003, 2, ['api']],
    [audit({ action: 'webhook.deleted' }), 6003, 4, ['api']],
    [audit({ action: 'key.created', target: { type: 'key', id: 'k' }, after: { name: 'ci' } }), 3007, 18, ['user']],
    [audit({ action: 'key.rotated', target: { type: 'key', id: 'k' } }), 3007, 18, ['user']],
    [audit({ action: 'key.revoked', target: { type: 'key', id: 'k' } }), 3007, 19, ['user']],
    [audit({ action: 'session.created' }), 3002, 1, ['user', 'service']],
    [audit({ action: 'session.failed' }), 3002, 1, ['user']],
    [audit({ action: 'session.ended' }), 3002, 2, ['user']],
    [violation(), 2003, 1, ['finding_info', 'compliance']],
    [violation({ acknowledged_at: '2026-02-15T00:00:00Z' }), 2003, 2, ['finding_info', 'compliance']],
  ];
  for (const [event, uid, activity, required] of cases) {
    const { metadata, ...ocsf } = json('ocsf', event);
    const classes = {
      class_uid: uid,
      activity_id: activity,
      type_uid: uid * 100 + activity,
      category_uid: Math.floor(uid / 1000),
    };
    t.like(ocsf, { ...classes, time: Date.parse('2026-02-14T10:20:30.123Z') }, event.item.id);
    for (const name of [...required, 'severity_id', 'message', 'status_id']) t.true(name in ocsf, `${uid} ${name}`);
    t.like(metadata, { uid: ID, tenant_uid: source.org.id, product: { vendor_name: 'BlamePrompt', version: '1.2.3' } });
    t.regex(metadata.version, /^1\.\d+\.\d+$/);
  }
  t.is(json('ocsf', audit({ action: 'session.failed' })).status_id, 2);
  t.like(json('ocsf', audit({ action: 'key.created', target: { type: 'key', id: 'k' }, after: { name: 'ci' } })), {
    user: { uid: 'k', name: 'ci', programmatic_credentials: [{ uid: 'k' }] },
    actor: { user: { uid: 'key-1', name: 'Ada' } },
    src_endpoint: { ip: '192.0.2.7' },
  });
  t.deepEqual(json('ocsf', audit({ ip: null })).src_endpoint, { name: 'key' });
  t.like(json('ocsf', violation()), {
    ...{ severity_id: 4, status_id: 1, compliance: { control: 'No o1', status_id: 3 } },
    finding_info: { uid: ID, title: 'No o1', desc: 'o1 is blocked' },
  });
  t.is(json('ocsf', violation({ action: 'warn', acknowledged_at: '2026-02-15T00:00:00Z' })).status_id, 3);
});

test('ECS: only values that the schema allows, and nothing that is no address where one belongs', (t) => {
  const CATEGORIES: Record<string, string[]> = {
    iam: ['admin', 'change', 'creation', 'deletion', 'group', 'info', 'user'],
    configuration: ['access', 'change', 'creation', 'deletion', 'info'],
    authentication: ['start', 'end', 'info'],
  };
  for (const action of [
    'team.created',
    'key.revoked',
    'policy.updated',
    'settings.updated',
    'session.created',
    'report.exported',
  ]) {
    const target = { type: action.split('.')[0]!, id: 'x' };
    const { event, ecs, organization } = json('ecs', audit({ action, target }));
    for (const type of event.type) t.true(CATEGORIES[event.category[0]]!.includes(type), `${action} ${type}`);
    t.like(event, { kind: 'event', action, outcome: 'success', dataset: 'blameprompt.audit', sequence: 7 });
    t.regex(ecs.version, /^\d+\.\d+\.\d+$/);
    t.deepEqual(organization, { id: source.org.id, name: 'acme' });
  }
  t.like(json('ecs', audit()), {
    '@timestamp': '2026-02-14T10:20:30.123456Z',
    ...{ user: { id: 'key-1', name: 'Ada' }, source: { ip: '192.0.2.7' } },
    blameprompt: { after: '{"slug":"web"}', target: { type: 'team', id: 'web' } },
  });
  t.false('source' in json('ecs', audit({ ip: 'unix socket' })));
  t.like(json('ecs', violation()), {
    event: { kind: 'alert', severity: 73, reason: 'o1 is blocked' },
    rule: { name: 'No o1', category: 'blocked_models' },
    file: { path: 'src/a.ts' },
  });
});

test('CEF: the fields of the dictionary, IPv6 in a field of its own', (t) => {
  const { header, extension } = parseCef(formatEvent('cef', audit(), source));
  t.deepEqual(header, ['CEF:0', 'BlamePrompt', 'BlamePrompt Enterprise', '1.2.3', 'team.created', 'team.created', '3']);
  t.like(extension, {
    rt: String(Date.parse('2026-02-14T10:20:30.123Z')),
    suser: 'Ada',
    src: '192.0.2.7',
    cs5: '{"slug":"web"}',
    cn1: '7',
  });
  const v6 = parseCef(formatEvent('cef', audit({ ip: '2001:db8::7' }), source)).extension;
  t.deepEqual([v6.src, v6.c6a2], [undefined, '2001:db8::7']);
  const found = parseCef(formatEvent('cef', violation(), source));
  t.is(found.header[6], '8');
  t.like(found.extension, { reason: 'o1 is blocked', filePath: 'src/a.ts', suser: 'ada@example.com' });
});

test('syslog: the header and the structured data of RFC 5424', (t) => {
  t.like(parseSyslog(formatEvent('syslog', audit(), source)), {
    ...{
      facility: 13,
      severity: 6,
      timestamp: '2026-02-14T10:20:30.123456Z',
      host: 'server-1.example.com',
      app: 'blameprompt',
    },
    ...{ messageId: 'team.created', message: 'Ada: team.created (team web)' },
    data: { org: 'acme', seq: '7', actor_name: 'Ada', ip: '192.0.2.7', target_id: 'web' },
  });
  t.like(parseSyslog(formatEvent('syslog', violation(), source)), { severity: 4, messageId: 'violation.block' });
  const named = formatEvent('syslog', audit({ actor: { type: 'key', id: 'k', name: 'Zoë' } }), source);
  t.true(named.includes('] \ufeffZoë: '), 'text that is not ASCII is marked as UTF-8');
  t.is(parseSyslog(formatEvent('syslog', audit(), { ...source, host: '' })).host, '-');
});

/** Names as nobody should give them. */
const HOSTILE = [
  ...[
    'a|b',
    'a=b',
    'a\\',
    '\\|',
    'a\nb',
    'a\r\nCEF:0|x',
    'a"b]c',
    ']',
    '\\"',
    ' act=evil',
    'x\\=y',
    '\u0000\u001b[31mred',
  ],
  ...[
    '\u202egnp.exe',
    '\u2028',
    '\u0085',
    '<0>1 - - - - - -',
    '😀'.repeat(50_000),
    '\\'.repeat(100_000),
    'é'.repeat(100_000),
    '\ud800',
  ],
];

test('hostile names neither break out of their place nor make a message too long', (t) => {
  for (const name of HOSTILE) {
    const events = [
      audit({
        actor: { type: 'key', id: name, name },
        target: { type: name, id: name },
        action: name,
        ip: name,
        after: { [name]: name },
      }),
      violation({
        policy: name,
        message: name,
        path: name,
        person: name,
        repo: name,
        team: name,
        note: name,
        value: name,
      }),
    ];
    for (const event of events) checkAll(t, event);
  }
});

test('any text survives every format, cut and without control characters', (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: fc.constantFrom(...'\\|="] \n\r[a'), maxLength: 40 }),
  );
  fc.assert(
    fc.property(text, text, text, (name, id, path) => {
      checkAll(t, audit({ actor: { type: 'key', id, name }, target: { type: path, id } }));
      checkAll(t, violation({ policy: name, message: id, path }));
      const { extension } = parseCef(formatEvent('cef', audit({ actor: { type: 'key', id: 'k', name } }), source));
      const lines = name
        .split(/\r\n|[\r\n]/)
        .map(plain)
        .join('\n');
      t.is(extension.suser?.trim() ?? '', lines.trim());
      const { data } = parseSyslog(formatEvent('syslog', audit({ actor: { type: 'key', id: 'k', name } }), source));
      t.is(data.actor_name, plain(name));
    }),
    { numRuns: 300 },
  );
});

function checkAll(t: import('ava').ExecutionContext, event: SiemEvent): void {
  for (const format of SIEM_FORMATS) {
    const line = formatEvent(format, event, source);
    t.notRegex(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/, format);
    t.true(Buffer.byteLength(line) < 100_000, format);
    if (format === 'cef') parseCef(line);
    else if (format === 'syslog') parseSyslog(line);
    else JSON.parse(line);
    const message = syslogMessage(format, event, source);
    t.true(Buffer.byteLength(message) <= MAX_SYSLOG, `${format} ${Buffer.byteLength(message)}`);
    const inner = parseSyslog(message).message;
    if (format === 'cef') parseCef(inner);
    else if (format !== 'syslog') JSON.parse(inner);
  }
}
