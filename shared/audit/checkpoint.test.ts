import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { type Checkpoint, openCheckpoint, signCheckpoint } from './checkpoint.js';
import { leafHash } from './merkle.js';

const key = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const checkpoint: Checkpoint = { origin: 'blameprompt.example.com/audit/acme', size: 1234, root: leafHash('a') };
const signWith = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) => ({
  publicKey,
  sign: (text: string) => sign(null, Buffer.from(text), privateKey),
});
const signed = signCheckpoint(checkpoint, signWith(key));

test('a checkpoint is text that shows its log, size and root', (t) => {
  const lines = signed.split('\n');
  t.deepEqual(lines.slice(0, 4), [checkpoint.origin, '1234', checkpoint.root.toString('base64'), '']);
  t.regex(lines[4]!, /^— blameprompt\.example\.com\/audit\/acme [A-Za-z0-9+/]+=*$/);
  t.deepEqual(openCheckpoint(signed, [other.publicKey, key.publicKey]), checkpoint);
});

test("a checkpoint of nobody's key, or of another's, is not trusted", (t) => {
  t.deepEqual(openCheckpoint(signed, []), { reason: 'is not signed by a key that is trusted here' });
  t.deepEqual(openCheckpoint(signed, [other.publicKey]), { reason: 'is not signed by a key that is trusted here' });
  const renamed = signed.replaceAll('acme', 'evil');
  t.true('reason' in openCheckpoint(renamed, [key.publicKey]));
});

test('the signature of a witness stands beside ours and changes nothing', (t) => {
  const witness = signCheckpoint({ ...checkpoint, origin: 'witness.example.com' }, signWith(other)).split('\n')[4];
  t.deepEqual(openCheckpoint(`${signed}${witness}\n`, [key.publicKey]), checkpoint);
});

test('no other text opens', (t) => {
  fc.assert(
    fc.property(fc.nat(signed.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
      const text = signed.slice(0, at) + character + signed.slice(at + 1);
      const opened = openCheckpoint(text, [key.publicKey]);
      return text === signed || 'reason' in opened || (opened.size === 1234 && opened.root.equals(checkpoint.root));
    }),
  );
  for (const text of ['', '\n\n', 'a\n-1\n\n', `${'x'.repeat(100_000)}\n\n`, 'a\n1\nAAAA\n\n— a b\n']) {
    t.deepEqual(openCheckpoint(text, [key.publicKey]), { reason: 'is no checkpoint' });
  }
});
