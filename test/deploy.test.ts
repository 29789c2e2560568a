import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { parse, parseAllDocuments } from 'yaml';
import { settings } from '../server/config.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');
const known = new Set(Object.values(settings).map(({ env }) => env as string));

const HELM = 'deploy/helm/blameprompt';

/** A chart's template as YAML: values become a word, lines of control go. Shows mistakes of form, not of rendering. */
const withoutTemplates = (text: string) =>
  text.replace(/^\s*\{\{-.*\}\}\n/gm, '').replaceAll(/\{\{[^}]*\}\}/g, 'value');

test('the files for deployment name only settings that there are', async (t) => {
  const compose = parse(await read('deploy/compose.yaml'));
  const values = parse(await read(`${HELM}/values.yaml`));
  const unit = await read('deploy/systemd/blameprompt.service');
  const [, , final] = (await read('deploy/Dockerfile')).split(/^FROM /m);
  const named = {
    compose: Object.keys(compose.services.server.environment),
    helm: Object.keys(values.env),
    systemd: [...unit.matchAll(/(?<=[= ])([A-Z_]{3,})=/g)].map(([, name]) => name!),
    image: [...final!.match(/^ENV (.*)$/m)![1]!.matchAll(/(\w+)=/g)].map(([, name]) => name!),
  };
  for (const [file, names] of Object.entries(named)) {
    t.true(names.length > 0, file);
    for (const name of names) t.true(known.has(name) || name === 'NODE_ENV', `${file}: ${name}`);
  }
});

test('the image builds from all that the build reads, and holds all that the package holds', async (t) => {
  const text = await read('deploy/Dockerfile');
  const { files } = JSON.parse(await read('package.json'));
  const { include } = JSON.parse(await read('tsconfig.json'));
  const [, build, final] = text.split(/^FROM /m);
  const copied = (stage: string) =>
    [...stage.matchAll(/^COPY (?:--from=build )?(.+) \S+$/gm)].flatMap(([, names]) =>
      names!.split(' ').map((name) => name.replace('/src/', '')),
    );
  for (const name of [...include, 'package-lock.json', 'tsconfig.json', 'hooks', 'migrations'])
    t.true(copied(build!).includes(name), name);
  for (const name of [...files, 'node_modules', 'package.json'])
    if (!name.startsWith('!')) t.true(copied(final!).includes(name), name);
  for (const name of files.filter((one: string) => one.startsWith('!dist/') && !one.includes('*')))
    t.true(build!.includes(`${name.slice(1)}`), `${name} is left out`);
  for (const line of [/^USER \d+/m, /^HEALTHCHECK/m, /node:(24|26)-/]) t.regex(final!, line);
});

test('the chart is YAML, probes what the server serves, and waits longer than the server takes to stop', async (t) => {
  const templates = (await readdir(new URL(`${HELM}/templates`, root))).filter((name) => name.endsWith('.yaml'));
  const documents = [];
  for (const name of templates) {
    for (const document of parseAllDocuments(withoutTemplates(await read(`${HELM}/templates/${name}`)))) {
      t.deepEqual(document.errors, [], name);
      documents.push(document.toJS());
    }
  }
  const pod = documents.find(({ kind }) => kind === 'Deployment').spec.template.spec;
  const [server] = pod.containers;
  t.is(server.readinessProbe.httpGet.path, '/readyz');
  t.is(server.livenessProbe.httpGet.path, '/livez');
  t.true(pod.securityContext.runAsNonRoot);
  const { env } = parse(await read(`${HELM}/values.yaml`));
  t.true(pod.terminationGracePeriodSeconds > Number(env.BLAMEPROMPT_SHUTDOWN_DELAY_SECONDS) + 10);
  for (const name of ['HOST', 'PORT']) t.true(server.env.some((one: { name: string }) => one.name === name));
  const chart = parse(await read(`${HELM}/Chart.yaml`));
  t.is(chart.appVersion, JSON.parse(await read('package.json')).version);
});

test('systemd, where it is there, finds no fault in the unit', async (t) => {
  const path = new URL('deploy/systemd/blameprompt.service', root).pathname;
  const verify = promisify(execFile)('systemd-analyze', ['verify', '--man=no', path]);
  const said = await verify.catch((error: { code?: string; stderr?: string }) => error);
  if ('code' in said && said.code === 'ENOENT') return t.pass('this system has no systemd');
  t.false(said.stderr!.includes('blameprompt.service:'), said.stderr);
});
