import { formatLines } from '../../line-set.js';
import type { AiFile } from '../ai-lines.js';
import { sizeOf } from '../budget.js';
import type { Facts } from '../facts.js';
import { type CompiledRule, commitPlaces, type Finding, receiptPlaces, TOO_MUCH } from '../finding.js';
import { pathPatterns } from '../patterns.js';
import { counted, cut, place } from '../words.js';

/** Characters of line numbers that a violation carries. */
const MAX_LINES = 500;

/** `forbidden_paths`: no AI lines in files of these globs. One violation for each commit and file. */
export function pathsRule(globs: readonly string[]): CompiledRule {
  const patterns = pathPatterns(globs);
  return {
    limit: globs,
    advice: 'Write these lines by hand, or ask for an exemption for the file.',
    judge: (facts) => {
      const paths = [...new Set(facts.files.map(({ path }) => path))];
      if (!facts.budget.takeMatches(patterns.size, sizeOf(paths))) return { findings: [], gaps: [TOO_MUCH] };
      const forbidden = new Map(paths.map((path) => [path, patterns.find(path)]));
      const findings: Finding[] = [];
      for (const file of facts.files) {
        const pattern = forbidden.get(file.path);
        if (pattern !== undefined) findings.push(find(file, pattern));
      }
      return { findings, gaps: gapsOf(facts) };
    },
  };
}

function find(file: AiFile, pattern: string): Finding {
  const text = file.lines === null ? null : formatLines(file.lines);
  const lines = text !== null && text.length > MAX_LINES ? text.slice(0, text.lastIndexOf(',', MAX_LINES)) : text;
  const { people } = file.commit ? commitPlaces([file.commit]) : receiptPlaces(file.receipts);
  return {
    value: file.path,
    commit: file.oid,
    path: file.path,
    lines,
    receipt_id: file.receipts[0]?.id ?? null,
    message: () =>
      `forbidden_paths: AI lines${lines === null ? '' : ` ${cut(lines, 60)}`}${place(file.path, file.oid)}, which ${cut(pattern)} forbids`,
    places: () => ({ people, paths: [file.path], commits: file.oid === null ? [] : [file.oid] }),
  };
}

function gapsOf(facts: Facts): string[] {
  const told = new Set(facts.files.map(({ oid }) => oid));
  const untold = facts.commits.filter(
    ({ commit, files, lines }) => !files && (lines?.ai ?? 0) > 0 && !told.has(commit),
  );
  return untold.length > 0 ? [`the files of ${counted(untold.length, 'commit')} with AI lines are not known`] : [];
}
