import { etagOf } from './user-etag.js';
import { membersOf } from './user-json.js';
import type { User } from './user.js';

/** A user as it is answered with, whenever and from wherever. */
export interface HeldUser {
  /** Its members in a JSON object, which stand in the middle of the answer. */
  readonly members: string;
  readonly bytes: number;
  readonly etag: string;
}

export function heldUserOf(user: User): HeldUser {
  const text = membersOf(user);
  // V8 keeps a concatenated string as a tree of its parts.
  const bytes = Buffer.from(text);
  return { members: bytes.toString(), bytes: bytes.length, etag: etagOf(user) };
}
