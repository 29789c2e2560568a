import test from 'ava';
import { HOSTILE, hostileResult, result, violation } from './hostile.test.support.js';
import { toJson } from './json.js';
import { toText } from './text.js';

test('no line of the text steers a terminal or a CI runner', (t) => {
  const text = toText(hostileResult());
  t.false(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(text));
  for (const line of text.split('\n')) t.false(/^\s*::|##\w*\[/.test(line), line);
});

test('a violation takes three lines whatever it says', (t) => {
  for (const message of HOSTILE) {
    const lines = toText(result({ violations: [violation({ message })] })).split('\n');
    t.is(lines.length, toText(result()).split('\n').length + 3, message);
  }
});

test('JSON holds nothing that a CI runner takes for a command, and says the same', (t) => {
  const json = toJson(hostileResult());
  t.false(/##\w*\[/.test(json));
  t.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(hostileResult())));
});
