import test from 'ava';
import { stableId } from './ids.js';

test('identities stay what they were since the first receipts were stored', (t) => {
  t.is(stableId('blameprompt', 'id', 'x'), 'a9971a99-6655-5a43-8564-6074e21f36a8');
  t.is(stableId(), '368d9c36-19e3-53cf-ad98-23e8da57509f');
  t.is(stableId('ä\ud800', ''), '922f0bd5-18c0-566b-92a8-8bba0d4a9b55');
});

test('no two lists of parts give one identity', (t) => {
  t.not(stableId('a', 'bc'), stableId('ab', 'c'));
  t.not(stableId('1:a'), stableId('1', 'a'));
});
