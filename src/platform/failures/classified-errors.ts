/**
 * An error that says itself that nothing is wrong with the event or the request, and that time mends it. A class that cannot
 * extend this one has a property `isTransient` of its own.
 */
export class TransientError extends Error {
  get isTransient(): true {
    return true;
  }
}

/** An error that says itself that this event or request will never be done, however often it is tried. */
export class PermanentError extends Error {
  get isPermanent(): true {
    return true;
  }
}
