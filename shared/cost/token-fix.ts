/** `1.0.1`, `v1.0`, `1.0.1-rc.2`; what follows the numbers is read only as far as it makes a pre-release. */
const VERSION = /^\s*v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(-)?/i;

/**
 * True when a note says it was written by BlamePrompt before 1.0.1, which undercounted tokens (up to 773 times) and with
 * them costs. Totals that contain such receipts are marked; nothing is corrected, since the right count is not known.
 *
 * The mark goes by what the note claims, and that is not reliable: notes are seen that say 0.1.0 and carry fields of
 * later versions, so a marked receipt may be right. A note without a readable version is not marked: nothing says when
 * it was written.
 */
export function recordedBeforeTokenFix(version: unknown): boolean {
  const match = typeof version === 'string' ? VERSION.exec(version) : null;
  if (match === null) return false;
  const [major, minor, patch] = [match[1], match[2], match[3]].map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
  ];
  if (major !== 1) return major < 1;
  if (minor !== 0) return false;
  return patch < 1 || (patch === 1 && match[4] === '-');
}
