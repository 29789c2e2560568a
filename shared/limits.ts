/**
 * Limits that the schemas state and the parsers of notes keep to. They stand apart from the schemas, so that reading notes
 * does not load those: that takes longer than reading a thousand notes.
 */

/** UTF-16 units of a prompt summary (design.md, decision 6). */
export const MAX_PROMPT_SUMMARY = 500;

/** Attributions of one receipt in one batch. */
export const MAX_ATTRIBUTIONS = 50_000;

/** Characters of the lines of one attribution. */
export const MAX_LINES_TEXT = 200_000;
