import type { HeldUser } from './held-user.js';

/** A user that was looked up; undefined: nobody has the id. */
export interface FoundUser {
  readonly user: HeldUser | undefined;
  /** Whether it stood in a cache. */
  readonly isHit: boolean;
}
