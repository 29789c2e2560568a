import type { Cell, ReportDocument, Unit } from './document.js';

/** Controls, what changes the direction of text around it, and what cannot be seen: a reader would be shown other text than there is. */
const UNSEEN =
  /[\u{0}-\u{8}\u{b}-\u{1f}\u{7f}-\u{9f}\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{e0000}-\u{e007f}\p{Noncharacter_Code_Point}]/gu;

/**
 * Text from outside as people may be shown it in a page: line feeds become spaces, and what steers or hides text becomes U+FFFD,
 * so that a reader sees that something stood there. Lone surrogates too.
 */
export function visible(text: string): string {
  return visibleLines(text).replace(/[\t\n]+/g, ' ');
}

/** As `visible`, but line feeds stay. */
export function visibleLines(text: string): string {
  return text.toWellFormed().replaceAll('\r\n', '\n').replace(UNSEEN, '\ufffd');
}

const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const INSTANT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(\.\d+)?Z$/;

/** A cell as people read it in HTML and PDF. Null, which is not known, is a dash. */
export function display(cell: Cell, unit?: Unit): string {
  if (cell === null) return '–';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'number') return displayNumber(cell, unit);
  return visible(unit === 'instant' ? displayInstant(cell) : cell);
}

/** True for what stands at the right of its column. */
export const isNumeric = (unit?: Unit): boolean => unit === 'usd' || unit === 'percent' || unit === 'count';

function displayNumber(value: number, unit?: Unit): string {
  if (unit === 'usd') return dollars.format(value);
  return unit === 'percent' ? `${counts.format(value)} %` : counts.format(value);
}

/** To the second; a text that is no instant in UTC is left as it is. */
export function displayInstant(instant: string): string {
  return instant.replace(INSTANT, (_, day, time, seconds = ':00') => `${day} ${time}${seconds} UTC`);
}

/** What the head of a page says of whose and which time it is, as labels and values. */
export function displayPeriod({
  organisation,
  period,
  generator,
}: Omit<ReportDocument, 'sections'>): [string, string][] {
  return [
    ['Organisation', organisation],
    ['From', displayInstant(period.from)],
    ['Until', `${displayInstant(period.to)} (not included)`],
    ['Days are in', period.time_zone],
    ['Made by', generator],
  ];
}
