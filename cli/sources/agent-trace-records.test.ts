import test from 'ava';
import { parseTraces } from './agent-trace-records.js';
import { bytesOf, ID, samples } from './notes.test.support.js';

const { trace, flatTrace } = samples;

test('a file of traces, one a line, says for which revision each was written', (t) => {
  const text = `${JSON.stringify(trace)}\n${JSON.stringify(flatTrace)}\n`;
  const { traces, damaged } = parseTraces(Buffer.from(text), '/home/ada/app/');
  t.is(damaged, 0);
  t.deepEqual(traces, [
    {
      id: ID,
      session_id: 'conversation-a',
      revision: 'd'.repeat(40),
      timestamp: trace.timestamp,
      tool: 'cursor',
      lines: [{ path: 'src/a.ts', contributor: 'ai', model: 'anthropic/claude-opus-4-6', lines: [[1, 9]] }],
    },
    {
      id: null,
      session_id: 'session-a',
      revision: null,
      timestamp: flatTrace.timestamp,
      tool: 'claude-code',
      lines: [{ path: 'src/a.ts', contributor: 'ai', model: undefined, lines: [[3, 5]] }],
    },
  ]);
});

test('a Windows path has slashes, an absolute one begins below the work tree', (t) => {
  const pathOf = (path: string, root?: string) => {
    const note = { ...trace, files: [{ ...trace.files[0]!, path }] };
    return parseTraces(bytesOf(note), root).traces[0]!.lines[0]!.path;
  };
  t.is(pathOf('src\\lib\\a.ts'), 'src/lib/a.ts');
  t.is(pathOf('C:\\work\\app\\a.ts', 'C:/work/app/'), 'a.ts');
  t.is(pathOf('/home/ada/app/a.ts', '/home/ada/app/'), 'a.ts');
  t.is(pathOf('/home/ada/other/a.ts', '/home/ada/app/'), '/home/[REDACTED_USER]/other/a.ts');
  t.is(pathOf('./src/a.ts'), 'src/a.ts');
});

test('text that is no trace is counted', (t) => {
  t.deepEqual(parseTraces(Buffer.from('')), { traces: [], damaged: 0 });
  t.deepEqual(parseTraces(Buffer.from('[1, {"a": 2}, null]')), { traces: [], damaged: 3 });
  t.deepEqual(parseTraces(Buffer.from('{"files":[]}\n{"file_path":""}\n')).damaged, 1);
});

test('of a text of millions of lines the first two hundred thousand are read', (t) => {
  const { traces, damaged } = parseTraces(Buffer.from('{"files":[]}\n'.repeat(200_002)));
  t.deepEqual([traces.length, damaged], [200_000, 1]);
});
