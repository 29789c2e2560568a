/** Runs a hook's work and answers its exit code. A fault of ours goes into hook.log; the script says once that we could not look. */
export async function guarded(name: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    process.stderr.write(`${new Date().toISOString()} ${name}: ${(error as Error).stack}\n`);
    return 1;
  }
}
