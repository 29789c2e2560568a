type Json = Record<string, unknown>;

/** JSON Merge Patch (RFC 7396): null takes a member away, objects are merged, all else is replaced. Changes neither argument. */
export function mergePatch<T extends object>(target: T, patch: object): T {
  const result = { ...target } as Json;
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (isObject(value)) result[name] = mergePatch(isObject(result[name]) ? result[name] : {}, value);
    else result[name] = value;
  }
  return result as T;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
