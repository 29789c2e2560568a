import test from 'ava';
import { soak } from './soak.js';

test('no receipt is lost and none is there twice when the server and PostgreSQL are killed under load', async (t) => {
  const { sent, stored } = await soak(2);
  t.true(sent > 0);
  t.is(stored, sent);
});
