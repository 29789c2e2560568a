import test from 'ava';
import { isTestTool, normalizeModel, normalizeProvider, normalizeTool } from './names.js';

test('all spellings of one tool are one name', (t) => {
  for (const spelling of ['claude', 'claude_code', 'claudeCode', 'claude-code', ' Claude Code ']) {
    t.is(normalizeTool(spelling), 'claude-code', spelling);
  }
  t.is(normalizeTool('github-copilot'), 'copilot');
  t.is(normalizeTool('Cursor'), 'cursor');
});

test('a tool that is not named is null', (t) => {
  for (const tool of ['', '  ', 'unknown', null, undefined, 7, {}]) t.is(normalizeTool(tool), null);
});

test('tools of test suites are known in every spelling', (t) => {
  for (const tool of ['mock_ai', 'mock-ai', 'Mock_AI', 'test-agent']) t.true(isTestTool(tool), tool);
  for (const tool of ['claude', 'mock', '', null]) t.false(isTestTool(tool));
});

test('models lose literal quotes and the provider before the slash', (t) => {
  t.is(normalizeModel('"gpt-5"'), 'gpt-5');
  t.is(normalizeModel('openai/gpt-5.4'), 'gpt-5.4');
  t.is(normalizeModel('anthropic/claude-opus-4-6'), 'claude-opus-4-6');
});

test('models that say nothing are null', (t) => {
  for (const model of ['default', 'Unknown', '<synthetic>', '', '""', null, 4]) t.is(normalizeModel(model), null);
});

test('the provider is what the note says, else what the model tells', (t) => {
  t.is(normalizeProvider('claude', 'gpt-5'), 'anthropic');
  t.is(normalizeProvider('Acme-AI', null), 'acme-ai');
  t.is(normalizeProvider(null, 'openai/o3'), 'openai');
  t.is(normalizeProvider('unknown', 'claude-sonnet-4-6'), 'anthropic');
  t.is(normalizeProvider(null, '"gpt-5"'), 'openai');
  t.is(normalizeProvider(null, 'default'), null);
  t.is(normalizeProvider(null, null), null);
});

test('names that every JavaScript object has are names like any other', (t) => {
  for (const name of ['constructor', 'valueOf', 'hasOwnProperty']) {
    t.is(normalizeTool(name), name.toLowerCase());
    t.is(normalizeProvider(name, null), name.toLowerCase());
    t.is(normalizeProvider(null, `${name}/x`), name.toLowerCase());
  }
  t.is(normalizeProvider('__proto__', null), '__proto__');
});

test('a name of a megabyte of quotes is read as quickly as any', (t) => {
  const hostile = `a${'"'.repeat(1_000_000)}b`;
  t.is(typeof normalizeModel(hostile), 'string');
  t.is(normalizeProvider(null, hostile), null);
});
