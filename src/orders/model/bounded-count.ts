/** How many orders there are of a kind, as far as it is worth counting. */
export interface BoundedCount {
  readonly count: number;
  /** Whether there are no more. */
  readonly exact: boolean;
}

/** Nobody looks at more of them one by one. */
export const MAX_COUNTED = 10_000;

/** @param counted up to one more than {@link MAX_COUNTED} */
export const boundedCount = (counted: number): BoundedCount =>
  counted > MAX_COUNTED ? { count: MAX_COUNTED, exact: false } : { count: counted, exact: true };
