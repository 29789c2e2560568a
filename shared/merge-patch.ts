/** JSON Merge Patch (RFC 7396): null takes a member away, objects are merged, all else is replaced. Changes neither argument. */
export function mergePatch<T extends object>(target: T, patch: object): T {
  const members = new Map<string, unknown>(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const before = members.get(name);
    if (value === null) members.delete(name);
    else members.set(name, isObject(value) ? mergePatch(isObject(before) ? before : {}, value) : value);
  }
  return Object.fromEntries(members) as T;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
