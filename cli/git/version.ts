import { smallQuestions } from './ask.js';
import { gitEnvironment } from './environment.js';

/** The version of the git on PATH, `2.39.5`. */
export async function gitVersion(): Promise<string> {
  const { installed, major, minor, patch } = await smallQuestions('.', gitEnvironment()).version();
  if (!installed) throw new Error('git is not on PATH. Install git 2.31 or newer');
  return [major, minor, patch].join('.');
}
