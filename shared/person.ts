export interface Person {
  name: string | null;
  email: string | null;
}

const NOBODY: Person = { name: null, email: null };

/** Reads `Name <mail>`, `<mail>`, `mail` or `Name` (all are seen in notes); e-mail addresses are compared in lower case. */
export function parsePerson(text: unknown): Person {
  if (typeof text !== 'string') return NOBODY;
  const trimmed = text.trim();
  if (trimmed === '') return NOBODY;
  const open = trimmed.lastIndexOf('<');
  if (open >= 0 && trimmed.endsWith('>')) {
    return {
      name: nonEmpty(trimmed.slice(0, open)),
      email: nonEmpty(trimmed.slice(open + 1, -1))?.toLowerCase() ?? null,
    };
  }
  return isEmail(trimmed) ? { name: null, email: trimmed.toLowerCase() } : { name: trimmed, email: null };
}

/** True for what may be an e-mail address; which ones exist, only mail servers know. */
export const isEmail = (text: string): boolean => /^[^\s\0@]+@[^\s\0@]+$/.test(text);

function nonEmpty(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}
