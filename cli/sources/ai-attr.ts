import { stableId } from '../../shared/ids.js';
import { gitAi } from './git-ai.js';
import { beginsLikeAttestation } from './git-ai-attestation.js';
import { hasKeys } from './sniff.js';
import type { NoteContext, ParsedNote, Source } from './source.js';

const NAME = 'ai-attr';

const PERSON = { by: 'human' as const, tool: null, provider: null, model: null };

/**
 * ai-attr's notes (formats.md, section 3): git-ai's grammar, with `tool_version` where git-ai has `git_ai_version`.
 *
 *     src/a.ts
 *       a1b2c3d4e5f60718 1-10
 *       human___________ 11-12
 *     ---
 *     { "schema_version": "authorship/3.0.0", "tool_version": "ai-attr/0.2.0",
 *       "prompts": { "a1b2c3d4e5f60718": { "agent_id": { "tool": "claude", "id": "…", "model": "sonnet-4" } },
 *                    "human___________": { "agent_id": { "tool": "human", "id": "", "model": "" } } } }
 *
 * What people wrote stands under a prompt whose tool is called `human`. Asked before git-ai, which would read the same
 * bytes and take such lines for AI lines.
 */
export const aiAttr: Source = {
  name: NAME,
  recorder: 'ai-attr',
  places: ['refs/notes/ai-attribution'],
  gives: 'sessions and lines',
  matches: (note) => beginsLikeAttestation(note) && !hasKeys(note, 'git_ai_version') && hasKeys(note, 'tool_version'),
  parse,
};

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  const parsed = gitAi.parse(note, context);
  if ('reason' in parsed) return parsed;
  return {
    ...parsed,
    receipts: parsed.receipts
      .filter(({ tool }) => tool !== PERSON.by)
      .map((receipt) => ({ ...receipt, source: NAME, id: stableId(NAME, receipt.id) })),
    claims: parsed.claims.map((claim) => (claim.tool === PERSON.by ? { ...claim, ...PERSON } : claim)),
  };
}
