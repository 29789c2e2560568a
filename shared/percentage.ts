/** To two decimals; null when there is nothing to divide by: no data is not zero. */
export function percentage(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 100;
}
