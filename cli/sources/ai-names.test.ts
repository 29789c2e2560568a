import test from 'ava';
import { aiBySignature, readAi } from './ai-names.js';

const named = (name: string) => {
  const ai = readAi(name);
  return ai && [ai.tool, ai.provider, ai.model];
};

test('tools and models are known by name', (t) => {
  t.deepEqual(named('Claude'), ['claude-code', 'anthropic', null]);
  t.deepEqual(named('GitHub Copilot'), ['copilot', null, null]);
  t.deepEqual(named('Codex CLI'), ['codex', 'openai', null]);
  t.deepEqual(named('Claude Opus 4.8'), [null, 'anthropic', 'claude-opus-4-8']);
  t.deepEqual(named('Claude Fable 5 (1M context)'), [null, 'anthropic', 'claude-fable-5']);
  t.deepEqual(named('OpenAI GPT 5.5'), [null, 'openai', 'gpt-5.5']);
  t.deepEqual(named('Gemini 2.5 Pro'), [null, 'google', 'gemini-2.5-pro']);
  t.deepEqual(named('o3'), [null, 'openai', 'o3']);
  t.deepEqual(named('openai/gpt-5.4'), [null, 'openai', 'gpt-5.4']);
});

test('a name may have both', (t) => {
  t.deepEqual(named('aider (gpt-5)'), ['aider', 'openai', 'gpt-5']);
  t.deepEqual(named('Claude:claude-opus-4-6 [coccinelle]'), ['claude-code', 'anthropic', 'claude-opus-4-6']);
  t.deepEqual(named('Claude Code 2.1.133 / Claude Opus 4.7 (1M context)'), [
    'claude-code',
    'anthropic',
    'claude-opus-4-7',
  ]);
});

test('people, companies and compilers are not AI', (t) => {
  for (const name of [
    'Ada Example',
    'Claude Dupont',
    'Claudette',
    'Anthropic',
    'protoc 5',
    'Grok',
    '',
    ' ',
    'Ada (Claude Opus 4.8)',
    'Devin Example',
  ]) {
    t.is(named(name), undefined, name);
  }
});

test('signatures are known by their address', (t) => {
  const tool = (name: string | null, email: string | null) => aiBySignature(name, email)?.tool;
  t.is(tool('Anyone', 'NoReply@Anthropic.com'), 'claude-code');
  t.is(tool('Cursor', 'cursoragent@cursor.com'), 'cursor');
  t.is(tool('Copilot', '175728472+Copilot@users.noreply.github.com'), 'copilot');
  t.is(tool('devin-ai-integration[bot]', '158243242+devin-ai-integration[bot]@users.noreply.github.com'), 'devin');
  t.is(tool('google-labs-jules[bot]', null), 'jules');
  t.is(tool('dependabot[bot]', '49699333+dependabot[bot]@users.noreply.github.com'), undefined);
  t.is(tool('Claude', 'claude@example.com'), undefined);
  t.is(tool('Copilot', 'copilot@example.com'), undefined);
  t.is(tool('copilot', null), undefined);
  t.is(tool(null, null), undefined);
});

test('the name of a signature carries the model', (t) => {
  t.deepEqual(aiBySignature('Claude Opus 4.8', 'noreply@anthropic.com'), {
    tool: 'claude-code',
    provider: 'anthropic',
    model: 'claude-opus-4-8',
  });
  t.deepEqual(aiBySignature('aider (openrouter/qwen3-coder)', 'aider@aider.chat'), {
    tool: 'aider',
    provider: 'alibaba',
    model: 'qwen3-coder',
  });
  t.deepEqual(aiBySignature('Copilot', 'copilot@github.com'), { tool: 'copilot', provider: null, model: null });
});
