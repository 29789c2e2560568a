/** What no report of ours can tell, whatever it is about. */
export const LIMITS = [
  'This report is evidence for a judgement by others. It makes no statement about compliance.',
  'Receipts are what AI-code recorders wrote into git notes and what clones sent. Code that was written with AI and without a recorder is not in it; commits without any receipt are listed as coverage gaps.',
  'Who wrote a line is what recorders say; lines of which nobody says anything count as unknown. Costs that recorders did not write are estimated from price lists, as the basis of each cost says.',
  'Receipts and commits that arrive later with a time in the period change it: the row count and the hash of the population tell.',
];
