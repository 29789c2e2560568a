/** What a command answers: the same facts for programs (`--json`) and for people. */
export interface Output {
  json: unknown;
  text: string;
}
