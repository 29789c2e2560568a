/** Runs `work` once more when midnight (UTC) came meanwhile: then "today" was two days. What it answers is of one day. */
export async function onOneDay<T>(work: () => Promise<T>): Promise<T> {
  const today = () => new Date().toISOString().slice(0, 10);
  const before = today();
  const result = await work();
  return today() === before ? result : work();
}
