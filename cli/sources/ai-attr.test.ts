import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { aiAttr } from './ai-attr.js';
import { checkDamage } from './damage.test.support.js';
import { gitAi } from './git-ai.js';
import { attributedBy, claimsOf, fixtures, parse } from './notes.test.support.js';

const [note] = fixtures.get('ai-attr')!;

test('lines under the prompt of a person are a person’s', (t) => {
  const parsed = parse(aiAttr, note);
  t.deepEqual(claimsOf(parsed), ['src/a.ts 1-10 ai claude-code sonnet-4', 'src/a.ts 11-12 human - -']);
  t.deepEqual(attributedBy(parsed), ['claude-code src/a.ts 1-10']);
});

test('a session is another receipt than git-ai’s of the same tool and id', (t) => {
  const [receipt] = parse(aiAttr, note).receipts;
  t.is(receipt!.source, 'ai-attr');
  t.is(receipt!.id, stableId('ai-attr', stableId('git-ai', 'claude-code', 'session-a')));
});

test('a note is told from git-ai’s by its version', (t) => {
  t.true(aiAttr.matches(note!));
  t.false(aiAttr.matches(fixtures.get('git-ai')![0]!));
  t.true(gitAi.matches(note!), 'so ai-attr is asked first');
});

test('a damaged note is read or has a reason', (t) => {
  t.notThrows(() => checkDamage(aiAttr));
});
