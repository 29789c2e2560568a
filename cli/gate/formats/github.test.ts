import test from 'ava';
import { toGitHub } from './github.js';
import { HOSTILE, hostileResult, result, violation } from './hostile.test.support.js';

/** Reads a workflow command as GitHub's runner does. */
function parse(line: string) {
  const [, level, properties, message] = /^::(\w+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
  const decode = (text: string) =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  const pairs = (properties ?? '').split(',').map((pair) => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), decode(pair.slice(equals + 1))];
  });
  return { level, properties: Object.fromEntries(pairs), message: decode(message ?? '') };
}

const commands = (sample: Parameters<typeof toGitHub>[0]) => toGitHub(sample).split('\n').slice(0, -1).map(parse);

test('a violation becomes an annotation at its file and lines', (t) => {
  const [found, ...others] = commands(result({ violations: [violation({ policy: 'a: b, 100 %', action: 'warn' })] }));
  t.deepEqual(others, []);
  t.deepEqual(found, {
    level: 'warning',
    properties: { file: 'crypto/a.ts', line: '4', endLine: '6', title: 'BlamePrompt policy a: b, 100 %' },
    message: 'forbidden_paths: AI lines 3-5 in crypto/a.ts. Write these lines by hand.',
  });
});

test('no text makes a command or a property of its own', (t) => {
  for (const text of HOSTILE) {
    const sample = result({
      violations: [violation({ policy: text, message: text, location: { path: text, line: 1, end_line: 1 } })],
      notices: [text],
    });
    const found = commands(sample);
    t.deepEqual(
      found.map(({ level, properties }) => [level, Object.keys(properties)]),
      [
        ['error', ['file', 'line', 'endLine', 'title']],
        ['notice', ['title']],
      ],
      text,
    );
  }
});

test('more than ten of a level are summarised, since GitHub hides the rest', (t) => {
  const found = commands(hostileResult());
  for (const level of ['error', 'warning', 'notice']) {
    const ofLevel = found.filter((command) => command.level === level);
    t.is(ofLevel.length, 10);
    t.regex(ofLevel[9]!.message, /^and \d+ more/);
  }
  const ten = result({ violations: Array.from({ length: 10 }, () => violation()) });
  t.is(commands(ten).filter(({ message }) => message.startsWith('and')).length, 0);
});

test('what could not be judged is an error', (t) => {
  const [found] = commands(result({ verdict: 'error', error: { code: 'x', message: 'No base.' } }));
  t.like(found, { level: 'error', message: 'No base.' });
});
