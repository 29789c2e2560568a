import { smallQuestions } from './ask.js';
import { gitEnvironment } from './environment.js';
import { gitMissing } from './errors.js';

/** The version of the git on PATH, `2.39.5`. */
export async function gitVersion(): Promise<string> {
  const { installed, major, minor, patch } = await smallQuestions('.', gitEnvironment()).version();
  if (!installed) throw gitMissing();
  return [major, minor, patch].join('.');
}
