import { TransientError } from '../../platform/failures/classified-errors.js';

/** There is such a user, and its texts are too large to be read. The repository tells the log of it. */
export class UserTooLargeError extends TransientError {
  override readonly name = 'UserTooLargeError';

  constructor(userId: string) {
    super(`the texts of user ${userId} are too large to be read`);
  }
}
