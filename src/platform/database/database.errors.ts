/** The database cannot be asked at present. Nothing was written. */
export class DatabaseUnavailableError extends Error {
  constructor(message = 'the database is not open', options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseUnavailableError';
  }
}

/** This database will never do, whatever time passes; the message says what it has to be. */
export class UnfitDatabaseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnfitDatabaseError';
  }
}
