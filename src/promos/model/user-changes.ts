import { isUserId } from './user-id.js';

/** PostgreSQL's channel on which a change of users is told with its commit: their ids, with a comma between two. */
export const CHANGES_CHANNEL = 'promos_users_changed';

/** In the place of ids, of which it is none: all users may have changed. */
export const EVERY_USER = '*';

/** Ids of users that have changed, or that any may have. */
export type UserChanges = readonly string[] | typeof EVERY_USER;

/** What a notification tells. What is none of ours may stand for any change. */
export function parseChanges(payload: string): UserChanges {
  const ids = payload.split(',');
  return ids.every(isUserId) ? ids : EVERY_USER;
}
