import type { User } from './user.js';

/** What has become of a change. */
export type UserReceipt =
  /** It is as it was to be, now or already. */
  | { readonly outcome: 'created' | 'stored'; readonly user: User }
  | { readonly outcome: 'removed' }
  /** There is nothing to remove. */
  | { readonly outcome: 'absent' }
  /** Nothing is changed; the user as it is, where there is one. */
  | { readonly outcome: 'mismatched'; readonly user: User | undefined };
