/** What a commit has stored. */
export interface ReadingCommit {
  /** Other commits may have ids in between. */
  readonly firstId: number;
  readonly lastId: number;
  /** How many. */
  readonly readings: number;
  /** Of its transaction: an `xid8`. */
  readonly xid: number;
  /** All transactions below it had ended before it stored. */
  readonly horizon: number;
}
