import { TransientError } from '../failures/classified-errors.js';

/** More is under way than can be held. Nothing was done for this caller, who should come again in a moment. */
export class TooBusyError extends TransientError {
  constructor(
    message: string,
    readonly retryAfterSeconds = 1,
  ) {
    super(message);
    this.name = 'TooBusyError';
  }
}
