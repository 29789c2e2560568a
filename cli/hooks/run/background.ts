export async function background(_state: string): Promise<number> {
  return 0;
}
