import { TransientError } from '../failures/classified-errors.js';

/** The database cannot be asked at present. Nothing was written. */
export class DatabaseUnavailableError extends TransientError {
  constructor(message = 'the database is not open', options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseUnavailableError';
  }
}

/**
 * This database will never do; the message says what it has to be. Transient all the same: no event is to blame for it.
 */
export class UnfitDatabaseError extends TransientError {
  constructor(message: string) {
    super(message);
    this.name = 'UnfitDatabaseError';
  }
}
