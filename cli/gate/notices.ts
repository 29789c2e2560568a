import type { GateResult } from './result.js';

/** "No data" is not "no violations": what a verdict does not rest on. */
export function noticesOf(result: Omit<GateResult, 'notices'>): string[] {
  const { commits, merges, receipts, lines, skipped_notes, unreadable, commits_with_ai_trailers } = result;
  const notices: string[] = [];
  if (commits === 0) {
    notices.push('The head has no commits that the base lacks: there was nothing to judge.');
  } else if (receipts === 0 && lines.ai + lines.human === 0) {
    const hint =
      commits_with_ai_trailers > 0
        ? `The messages of ${commits_with_ai_trailers} say that AI took part.`
        : 'If an AI recorder is in use, see that its notes are pushed.';
    notices.push(
      `No data: none of the ${commits - merges} commits has a receipt or a note. That is not the same as no AI. ${hint}`,
    );
  }
  if (skipped_notes.length > 0) {
    notices.push(
      `${skipped_notes.length} notes of these commits cannot be read, the first: ${skipped_notes[0]!.reason}.`,
    );
  }
  if (unreadable.length > 0) {
    notices.push(`The lines of ${unreadable.length} commits cannot be counted: ${unreadable[0]!.reason}.`);
  }
  return notices;
}
