import test from 'ava';
import { described } from '../sources/index.js';
import { WATCHED } from './memo.js';
import { privateRefs } from './private-refs.js';

test('every ref that a source reads is one that the answer of nothing new looks at', (t) => {
  const refs = described.flatMap(({ places }) => places.filter((place) => place.startsWith('refs/')));
  for (const ref of [...refs, ...privateRefs(undefined).values()])
    t.true(
      WATCHED.some((pattern) => ref.startsWith(`${pattern}/`)),
      ref,
    );
});
