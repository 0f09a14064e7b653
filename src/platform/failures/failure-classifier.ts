import type { FailureKind } from './failure-kind.js';

/** What of an error may tell what it is. Anything can be thrown, so all of it may be missing. */
export interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly [fact: string]: unknown;
}

/**
 * Judges the errors of one adapter, each by itself: what caused it is looked at by {@link Failures}. Undefined for an error
 * that is not the adapter's, or does not tell.
 */
export type FailureClassifier = (failure: Failure) => FailureKind | undefined;
