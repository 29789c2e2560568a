import { generateKeyPairSync, verify } from 'node:crypto';
import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../test/cli.js';
import { loadSigningKey, signBundle, toSigningKey } from './signing-key.js';

const none = { signingKey: undefined, signingKeyFile: undefined };
const make = () => generateKeyPairSync('ed25519');
const pemOf = (key: ReturnType<typeof make>) => key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

test('a key is taken as PEM, with its lines in one, as base64 of PEM or of DER, and signs alike', (t) => {
  const key = make();
  const pem = pemOf(key);
  const der = key.privateKey.export({ type: 'pkcs8', format: 'der' });
  const forms = [
    pem,
    pem.replaceAll('\n', '\\n'),
    Buffer.from(pem).toString('base64'),
    der.toString('base64'),
    `\n ${pem}`,
  ];
  const signed = forms.map((form) => signBundle(toSigningKey(form, 'X'), 'payload'));
  for (const one of signed) t.deepEqual(one, signed[0]!);
  t.true(verify(null, Buffer.from('payload'), key.publicKey, Buffer.from(signed[0]!.signature, 'base64')));
  t.is(signed[0]!.public_key, key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'));
  t.regex(signed[0]!.key_id, /^[0-9a-f]{16}$/);
});

test('what is no Ed25519 key is refused by the name of the setting, without a word of it', async (t) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const publicKey = make().publicKey.export({ type: 'spki', format: 'pem' });
  for (const text of ['', 'unmistakable', rsa.toString(), publicKey.toString(), '-----BEGIN unmistakable']) {
    const error = t.throws(() => toSigningKey(text, 'BLAMEPROMPT_SIGNING_KEY'), { code: 'invalid_signing_key' });
    t.regex(error!.message, /^BLAMEPROMPT_SIGNING_KEY /);
    t.notRegex(error!.message, /unmistakable/);
  }
  const signingKeyFile = join(await temporaryFolder(t), 'none.pem');
  await t.throwsAsync(loadSigningKey({ ...none, signingKeyFile }, undefined), {
    message: /^BLAMEPROMPT_SIGNING_KEY_FILE /,
  });
});

test('the setting comes before the file, the file before the data directory; without any there is none', async (t) => {
  const folder = await temporaryFolder(t);
  const signingKeyFile = join(folder, 'key.pem');
  const [first, second] = [make(), make()];
  await writeFile(signingKeyFile, pemOf(second));
  const idOf = (key: ReturnType<typeof make>) => toSigningKey(pemOf(key), 'X').id;
  t.is((await loadSigningKey({ signingKey: pemOf(first), signingKeyFile }, folder))?.id, idOf(first));
  t.is((await loadSigningKey({ ...none, signingKeyFile }, folder))?.id, idOf(second));
  t.is(await loadSigningKey(none, undefined), undefined);
});

test('in a data directory a key is made once, for the server\u2019s own eyes', async (t) => {
  const folder = await temporaryFolder(t);
  const made = await loadSigningKey(none, folder);
  t.is((await loadSigningKey(none, folder))?.id, made?.id);
  const path = join(folder, 'signing-key.pem');
  t.is((await stat(path)).mode & 0o777, 0o600);
  await chmod(path, 0o644);
  await loadSigningKey(none, folder);
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.regex(await readFile(path, 'utf8'), /^-----BEGIN PRIVATE KEY-----/);
});

test('a key behind a symbolic link is not followed: who put it there could lead the server elsewhere', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'other.pem'), pemOf(make()));
  await symlink(join(folder, 'other.pem'), join(folder, 'signing-key.pem'));
  await t.throwsAsync(loadSigningKey(none, folder), { code: 'ELOOP' });
});
