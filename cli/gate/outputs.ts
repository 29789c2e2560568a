import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CliError } from '../errors.js';
import { toGitHub } from './formats/github.js';
import { toGitLab } from './formats/gitlab.js';
import { toJson } from './formats/json.js';
import { toJUnit } from './formats/junit.js';
import { toMarkdown } from './formats/markdown.js';
import { toSarif } from './formats/sarif.js';
import { toText } from './formats/text.js';
import type { GateResult } from './result.js';

/** Formats by the name that `--format` calls them. Those that make lines can stand on standard output together. */
const FORMATS: Record<string, { print: (result: GateResult, version: string) => string; isLines?: boolean }> = {
  text: { print: toText, isLines: true },
  github: { print: toGitHub, isLines: true },
  json: { print: toJson },
  sarif: { print: toSarif },
  gitlab: { print: toGitLab },
  junit: { print: toJUnit },
  markdown: { print: toMarkdown },
};
export const FORMAT_NAMES = Object.keys(FORMATS);

export interface Output {
  format: string;
  /** Undefined: standard output. */
  file: string | undefined;
}

/** Reads `sarif=gate.sarif` and plain `text`. `--output` is the file of the only format that names none. */
export function parseOutputs(formats: readonly string[], output: string | undefined): Output[] {
  const outputs = formats.map((given): Output => {
    const equals = given.indexOf('=');
    const format = equals < 0 ? given : given.slice(0, equals);
    if (!Object.hasOwn(FORMATS, format)) {
      throw new CliError('unknown_format', `"${format}" is no format. There are ${FORMAT_NAMES.join(', ')}.`);
    }
    return { format, file: equals < 0 ? undefined : given.slice(equals + 1) };
  });
  const loose = outputs.filter(({ file }) => !file);
  if (output !== undefined) {
    if (loose.length !== 1) {
      throw new CliError(
        'ambiguous_output',
        '--output is for one format. For several write --format sarif=gate.sarif --format junit=gate.xml.',
      );
    }
    loose[0]!.file = output;
  } else if (loose.length > 1 && !loose.every(({ format }) => FORMATS[format]!.isLines)) {
    throw new CliError(
      'ambiguous_output',
      'Only one format can be printed. Give the others a file: --format sarif=gate.sarif.',
    );
  }
  return outputs;
}

/** Writes every format to its file or to `print`, and for GitHub what a step can leave behind. */
export async function writeOutputs(
  outputs: readonly Output[],
  result: GateResult,
  options: { version: string; env: NodeJS.ProcessEnv; print: (text: string) => void },
): Promise<void> {
  for (const { format, file } of outputs) {
    const text = FORMATS[format]!.print(result, options.version);
    if (file) await save(file, text);
    else options.print(text);
  }
  if (outputs.some(({ format }) => format === 'github')) await leaveForGitHub(result, options.env);
}

async function save(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(resolve(file)), { recursive: true });
    await writeFile(file, text);
  } catch (cause) {
    throw new CliError('cannot_write', `Cannot write ${file} (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
}

/** The job summary, and the step's outputs: words and numbers of ours alone, so that none can hold a line end. */
async function leaveForGitHub(result: GateResult, env: NodeJS.ProcessEnv): Promise<void> {
  const { verdict, commits, violations, ai_code_percentage } = result;
  const values = { verdict, commits, violations: violations.length, ai_code_percentage: ai_code_percentage ?? '' };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, toMarkdown(result));
  if (env.GITHUB_OUTPUT) await appendFile(env.GITHUB_OUTPUT, lines.join(''));
}
