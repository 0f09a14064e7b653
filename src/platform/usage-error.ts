/** A command line that cannot be understood; the message has a line a fault. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
