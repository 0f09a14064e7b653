/** Which readings a list is of. All that are given have to hold. */
export interface ReadingFilter {
  readonly sensorId?: string;
  /** Readings of this time or later, in Unix seconds. */
  readonly from?: number;
  /** Readings of before this time, in Unix seconds. */
  readonly to?: number;
}
