import type { EvaluatedCommit } from '../../api/policies.js';
import { changedLines } from '../ai-lines.js';
import type { Facts } from '../facts.js';
import { type CompiledRule, commitPlaces, type Outcome, type Places, receiptPlaces, type Telling } from '../finding.js';
import { counted, cut, shortOid } from '../words.js';

const NOTHING: Outcome = { findings: [], gaps: [] };

/** `require_review_above`: AI lines of the whole change. */
export function reviewRule(limit: number): CompiledRule {
  return {
    limit,
    advice: 'Have another person review the AI lines, or split the change into smaller ones.',
    judge: (facts) => {
      const { ai, isPartial, largest } = facts.once(changedLines);
      if (ai > limit) {
        const where = largest ? `; commit ${shortOid(largest.commit)} has most, ${largest.ai}` : '';
        const message = `require_review_above: ${counted(ai, 'AI line')} in this change to ${cut(facts.change.repo)}, above the limit of ${limit}${where}`;
        return found(facts, { value: ai, commit: largest?.commit ?? null, message });
      }
      return isPartial ? { findings: [], gaps: ['the lines of parts of the change are not known'] } : NOTHING;
    },
  };
}

/**
 * `max_ai_percentage`: AI lines of the repository with this change in it. Where nobody knows the repository's, of the
 * change alone. A change without AI lines breaks nothing, however many there are already.
 */
export function percentageRule(limit: number): CompiledRule {
  return {
    limit,
    advice: 'Write or rewrite parts by hand, or ask for an exemption.',
    judge: (facts) => {
      const { ai, added, isPartial, largest } = facts.once(changedLines);
      if (added === null) return NOTHING;
      const before = facts.change.state?.lines;
      const all = { ai: ai + (before?.ai ?? 0), added: added + (before?.added ?? 0) };
      if (ai > 0 && all.ai * 100 > limit * all.added) {
        const value = Math.ceil((all.ai / all.added) * 10_000) / 100;
        const of = before
          ? `${cut(facts.change.repo)} with this change`
          : `this change to ${cut(facts.change.repo)} alone`;
        const message = `max_ai_percentage: ${value} % of the lines of ${of} are AI lines (${all.ai} of ${all.added}), above the limit of ${limit} %`;
        return found(facts, { value, commit: largest?.commit ?? null, message });
      }
      return isPartial ? { findings: [], gaps: ['the lines of some commits are not known'] } : NOTHING;
    },
  };
}

/** `require_receipts`: of the commits that AI took part in, how many of 100 have receipts. */
export function receiptsRule(limit: number): CompiledRule {
  return {
    limit,
    advice: 'Let the recorder run where the commits are made, fetch its notes and sync again.',
    judge: (facts) => {
      const attributed = facts.once(attributedCommits);
      const has = ({ commit, has_receipts }: EvaluatedCommit) => has_receipts === true || attributed.has(commit);
      const commits = facts.change.commits.filter(({ is_merge }) => !is_merge);
      const involved = commits.filter((commit) => commit.ai_involved === true || has(commit));
      const missing = involved.filter((commit) => !has(commit));
      const covered = involved.length - missing.length;
      if (covered * 100 >= limit * involved.length) return NOTHING;
      const tell = () => withoutReceipts(limit, covered, involved.length, missing);
      return { findings: [{ tell, places: () => commitPlaces(missing) }], gaps: [] };
    },
  };
}

/** The commits that receipts of the change account for: not every sender says of a commit whether it has receipts. */
function attributedCommits({ change }: Facts): Set<string | null | undefined> {
  const commits = new Set<string | null | undefined>();
  for (const { attributions } of change.receipts) for (const { commit } of attributions ?? []) commits.add(commit);
  return commits;
}

function withoutReceipts(limit: number, covered: number, all: number, missing: EvaluatedCommit[]): Telling {
  const value = Math.floor((covered / all) * 10_000) / 100;
  return {
    value,
    commit: missing[0]!.commit,
    message:
      `require_receipts: ${value} % of the commits that AI took part in have receipts (${covered} of ${all}), below the required ` +
      `${limit} %; commit ${shortOid(missing[0]!.commit)} has none`,
  };
}

const found = (facts: Facts, telling: Telling): Outcome => ({
  findings: [{ tell: () => telling, places: () => placesOf(facts) }],
  gaps: [],
});

function placesOf(facts: Facts): Places {
  const withAi = facts.change.commits.filter(({ is_merge, lines }) => !is_merge && (lines?.ai ?? 0) > 0);
  return withAi.length > 0 ? commitPlaces(withAi) : receiptPlaces(facts.change.receipts);
}
