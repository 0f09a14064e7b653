/**
 * An error that classifies itself as transient: the event or request is fine, and a retry will succeed in time. A class
 * that cannot extend this one has a property `isTransient` of its own.
 */
export class TransientError extends Error {
  get isTransient(): true {
    return true;
  }
}

/** An error that classifies itself as permanent: this event or request fails however often it is tried. */
export class PermanentError extends Error {
  get isPermanent(): true {
    return true;
  }
}
