/**
 * What is to be done about a failure.
 *
 * - `transient`: nothing is wrong with the event; wait, and try again for as long as it takes
 * - `permanent`: this event can never be stored
 * - `bug`: not foreseen; tried again a few times, then treated as permanent
 */
export const FAILURE_KINDS = ['transient', 'permanent', 'bug'] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/** The kind of several failures at once. What is transient goes first: once it has passed, the others tell by themselves. */
export function kindOfSeveral(kinds: readonly (FailureKind | undefined)[]): FailureKind | undefined {
  return FAILURE_KINDS.find((kind) => kinds.includes(kind));
}
