/** Indented JSON. A `##` in a string could begin a command of a CI runner (text.ts), and is escaped. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2).replaceAll('##', '#\\u0023')}\n`;
