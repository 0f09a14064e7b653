import { createHash } from 'node:crypto';
import type { User } from './user.js';

const HASH_DIGITS = 32;

/**
 * A weak validator (RFC 9110, section 8.8.3) of a user's three fields: answers differ in their time and in where they came
 * from, and say the same.
 */
export function etagOf({ user_id, deeplink, promo_message }: User): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([user_id, deeplink, promo_message]))
    .digest('hex');
  return `W/"${hash.slice(0, HASH_DIGITS)}"`;
}

/** ETags in their weak form, one of which a user must have for a change; `*` for any that is there. */
export type UserCondition = '*' | readonly string[];

export const meets = (user: User | undefined, condition: UserCondition): user is User =>
  user !== undefined && (condition === '*' || condition.includes(etagOf(user)));
