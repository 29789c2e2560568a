import { printable } from '../../terminal.js';
import type { GateResult, LocatedViolation } from '../result.js';

/** GitHub shows ten annotations of each level for a step, and says nothing of the others. */
const MAX_PER_LEVEL = 10;

/** Workflow commands that make annotations: `::error file=src/a.ts,line=3::message`. */
export function toGitHub({ violations, notices, not_evaluated, error, verdict }: GateResult): string {
  const blocks = violations.filter(({ action }) => action === 'block').map(annotation);
  const warnings = violations.filter(({ action }) => action === 'warn').map(annotation);
  const gaps = not_evaluated.map(({ policy, rule, reason }) => `${policy} (${rule}) was not evaluated: ${reason}`);
  const said = [...notices, ...gaps].map((message) => ({ properties: { title: 'BlamePrompt gate' }, message }));
  const failures = error ? [{ properties: { title: 'BlamePrompt gate' }, message: error.message }] : [];
  const lines = [
    ...commands('error', [...failures, ...blocks]),
    ...commands('warning', warnings),
    ...commands(verdict === 'error' ? 'error' : 'notice', said),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

interface Annotation {
  properties: Record<string, string | number | null>;
  message: string;
}

const annotation = ({ policy, message, advice, location }: LocatedViolation): Annotation => ({
  properties: {
    file: location?.path ?? null,
    line: location?.line ?? null,
    endLine: location?.end_line ?? null,
    title: `BlamePrompt policy ${policy}`,
  },
  message: `${message}. ${advice}`,
});

function commands(level: string, annotations: Annotation[]): string[] {
  const all = annotations.map(({ properties, message }) => {
    const given = Object.entries(properties).filter(([, value]) => value !== null);
    return `::${level} ${given.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',')}::${escapeData(message)}`;
  });
  if (all.length <= MAX_PER_LEVEL) return all;
  const rest = all.length - MAX_PER_LEVEL + 1;
  return [
    ...all.slice(0, MAX_PER_LEVEL - 1),
    `::${level} title=BlamePrompt gate::and ${rest} more: see the job summary.`,
  ];
}

/** Control characters are gone before (printable); what is left of GitHub's own escapes is the percent sign. */
const escapeData = (text: string) => printable(text).replaceAll('%', '%25');

const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
