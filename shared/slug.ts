const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** True for the short name of an org or a team: lower-case letters, digits and hyphens. What reads as an id is none. */
export const isSlug = (text: string): boolean => SLUG.test(text) && !UUID.test(text);

/** True for a UUID, in whatever case. */
export const isUuid = (text: string): boolean => UUID.test(text.toLowerCase());
