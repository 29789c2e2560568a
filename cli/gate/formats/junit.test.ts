import test from 'ava';
import { HOSTILE, hostileResult, result, violation } from './hostile.test.support.js';
import { toJUnit } from './junit.js';

interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** A strict reader of the XML that we write: throws on whatever XML 1.0 forbids. */
function parse(xml: string): Element {
  const bad = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(xml);
  if (bad) throw new Error(`U+${bad[0].codePointAt(0)!.toString(16)} is no character of XML`);
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, '');
  for (const [, tag, text] of body.matchAll(/<([^<>]*)>|([^<>]+)/g)) {
    const here = open.at(-1)!;
    if (text !== undefined) here.text += decode(text);
    else if (tag!.startsWith('/')) {
      if (open.pop()!.name !== tag!.slice(1)) throw new Error(`${tag} closes nothing`);
    } else {
      const [, name, attributes, end] = /^([a-z-]+)((?: [a-z-]+="[^"<]*")*)( \/)?$/.exec(tag!) ?? [];
      if (name === undefined) throw new Error(`<${tag}> is no element`);
      const pairs = [...attributes!.matchAll(/ ([a-z-]+)="([^"]*)"/g)].map(([, key, value]) => [key, decode(value!)]);
      const element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
      here.children.push(element);
      if (end === undefined) open.push(element);
    }
  }
  if (open.length !== 1 || body.replace(/<[^<>]*>/g, '').includes('<')) throw new Error('not well-formed');
  return root.children[0]!;
}

function decode(text: string): string {
  if (/&(?!#\d+;)/.test(text)) throw new Error(`a bare & in ${text}`);
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

/** What Jenkins, GitLab and Azure agree on: these elements, these attributes, sums that are right. */
function check(xml: string): Element[] {
  const suites = parse(xml);
  const [suite] = suites.children;
  const cases = suite!.children;
  const count = (name: string) => cases.filter(({ children }) => children.some((child) => child.name === name)).length;
  const { name, time, ...sums } = suite!.attributes;
  const expected = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
  for (const [key, value] of Object.entries(expected)) {
    if (sums[key] !== String(value)) throw new Error(`${key} is ${sums[key]}, not ${value}`);
  }
  if (!name || !/^[\d.]+$/.test(time!) || suites.name !== 'testsuites' || suites.children.length !== 1)
    throw new Error(xml);
  for (const { name: tag, attributes, children } of cases) {
    const allowed = ['failure', 'error', 'skipped', 'system-out'];
    if (tag !== 'testcase' || !attributes.name || !attributes.classname) throw new Error(`${tag} is no test case`);
    if (children.length > 1 || children.some((child) => !allowed.includes(child.name))) throw new Error(xml);
  }
  return cases;
}

test('a report is well-formed and adds up, whatever stands in notes and policies', (t) => {
  t.notThrows(() => check(toJUnit(result())));
  t.notThrows(() => check(toJUnit(hostileResult())));
  for (const text of HOSTILE) {
    const cases = check(toJUnit(result({ violations: [violation({ policy: text, message: text, rule: 'when' })] })));
    t.is(cases.length, 2, text);
    t.deepEqual(Object.keys(cases[1]!.children[0]!.attributes), ['message', 'type']);
  }
});

test('blocking policies fail, warnings are told, gaps are skipped, and what could not be judged is an error', (t) => {
  const gap = { policy: 'budget', rule: 'max_cost_per_day', reason: 'nobody knows' };
  const sample = result({
    violations: [violation(), violation({ path: 'crypto/b.ts' }), violation({ policy: 'models', action: 'warn' })],
    not_evaluated: [gap, { ...gap, policy: 'models' }],
  });
  const outcomes = check(toJUnit(sample)).map(({ attributes, children }) => [attributes.name, children[0]?.name]);
  t.deepEqual(outcomes, [
    ['gate', undefined],
    ['no AI in crypto', 'failure'],
    ['models', 'system-out'],
    ['budget', 'skipped'],
  ]);
  const failed = result({ verdict: 'error', error: { code: 'not_in_clone', message: 'No base.' } });
  t.like(check(toJUnit(failed))[0], { attributes: { name: 'gate' }, children: [{ name: 'error' }] });
  const partial = result({ verdict: 'error', notices: ['Lines are missing.'] });
  t.like(check(toJUnit(partial))[0]!.children[0], { name: 'error', attributes: { message: 'Lines are missing.' } });
});
