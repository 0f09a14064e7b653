import type { User } from './user.js';

/** What JSON allows in a string, and HTML or JavaScript would take for something else. */
const TO_ESCAPE = /[<>&\u2028\u2029]/g;

const escapeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A JSON string in which `<`, `>`, `&`, U+2028 and U+2029 are escaped, and all other UTF-8 stands raw. */
export const jsonText = (text: string): string => JSON.stringify(text).replace(TO_ESCAPE, escapeOf);

/** The members of a user as they stand in every answer: no braces, in this order. */
export const membersOf = ({ user_id, deeplink, promo_message }: User): string =>
  `"user_id":"${user_id}","deeplink":${jsonText(deeplink)},"promo_message":${jsonText(promo_message)}`;

export const encodeUser = (user: User): string => `{${membersOf(user)}}`;
