export async function prePush(_state: string, _rest: string[]): Promise<number> {
  return 0;
}
