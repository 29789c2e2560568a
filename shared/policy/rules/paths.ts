import { cutLines, formatLines } from '../../line-set.js';
import { type AiFile, aiFiles } from '../ai-lines.js';
import { sizeOf } from '../budget.js';
import type { Facts } from '../facts.js';
import {
  authorsOf,
  type CompiledRule,
  type Finding,
  MAX_LINES,
  type Places,
  peopleOf,
  type Telling,
  TOO_MUCH,
} from '../finding.js';
import { pathPatterns } from '../patterns.js';
import { counted, cut, MAX_LIMIT, place } from '../words.js';

/** `forbidden_paths`: no AI lines in files of these globs. One violation for each commit and file. */
export function pathsRule(globs: readonly string[]): CompiledRule {
  const patterns = pathPatterns(globs);
  return {
    limit: globs.slice(0, MAX_LIMIT),
    advice: 'Write these lines by hand, or ask for an exemption for the file.',
    judge: (facts) => {
      const { paths, size } = facts.once(aiPaths);
      if (!facts.budget.takeMatches(patterns.size, size)) return { findings: [], gaps: [TOO_MUCH] };
      const forbidden = new Map<string, string>();
      for (const path of paths) {
        const pattern = patterns.find(path);
        if (pattern !== undefined) forbidden.set(path, pattern);
      }
      const findings: Finding[] = [];
      for (const file of forbidden.size > 0 ? facts.once(aiFiles) : []) {
        const pattern = forbidden.get(file.path);
        if (pattern !== undefined) findings.push({ tell: () => tell(file, pattern), places: () => placesOf(file) });
      }
      return { findings, gaps: facts.once(gapsOf) };
    },
  };
}

function aiPaths(facts: Facts) {
  const paths = new Set(facts.once(aiFiles).map(({ path }) => path));
  return { paths, size: sizeOf(paths) };
}

function tell(file: AiFile, pattern: string): Telling {
  const lines = file.lines === null ? null : cutLines(formatLines(file.lines), MAX_LINES);
  return {
    value: file.path,
    commit: file.oid,
    path: file.path,
    lines,
    receipt_id: file.receipts[0]?.id ?? null,
    message: `forbidden_paths: AI lines${lines === null ? '' : ` ${cut(lines, 60)}`}${place(file.path, file.oid)}, which ${cut(pattern)} forbids`,
  };
}

const placesOf = (file: AiFile): Places => ({
  people: file.commit ? authorsOf([file.commit]) : peopleOf(file.receipts),
  paths: [file.path],
  commits: file.oid === null ? [] : [file.oid],
});

/** A count of AI lines without the files they are in cannot be judged. */
function gapsOf(facts: Facts): string[] {
  const told = new Set(facts.once(aiFiles).map(({ oid }) => oid));
  const untold = facts.change.commits.filter(
    ({ commit, files, lines, is_merge }) => !is_merge && !files && (lines?.ai ?? 0) > 0 && !told.has(commit),
  );
  return untold.length > 0 ? [`the files of ${counted(untold.length, 'commit')} with AI lines are not known`] : [];
}
