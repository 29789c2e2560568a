import test from 'ava';
import { isBot } from './bots.js';
import { parsePerson } from './person.js';

test('accounts of programs are told apart from people', (t) => {
  for (const bot of [
    'dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>',
    'Dependabot <support@dependabot.com>',
    'renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>',
    'Renovate Bot <bot@renovateapp.com>',
    'github-actions <actions@github.com>',
    'GitHub Action <action@github.com>',
    'An app of ours <12345+acme-release[bot]@users.noreply.github.com>',
    'devin-ai-integration[bot]',
    'Deploy token <project_4711_bot_0a1b2c3d@noreply.gitlab.example.com>',
    'Deploy token <group12_bot3@noreply.gitlab.example.com>',
    'semantic-release-bot <semantic-release-bot@martynus.net>',
  ]) {
    t.true(isBot(parsePerson(bot)), bot);
  }
  for (const person of [
    'Ada Example <ada@example.com>',
    'Ada Example <12345+ada@users.noreply.github.com>',
    'Robot Lovelace <bot@example.com>',
    'Renovate Smith <renovate@example.com>',
    'bot <abbot@example.com>',
    'Ada [bot] Example <ada@example.com>',
    'ada@example.com',
    '',
  ]) {
    t.false(isBot(parsePerson(person)), person);
  }
});

test('a name that is made to be slow is not', (t) => {
  t.false(isBot({ name: '['.repeat(1_000_000), email: `project_${'1_bot'.repeat(200_000)}` }));
});
