/** One way of taking from the program more than one's share. Each is one idea, in a file of its own. */
export interface Abuse {
  readonly name: string;
  /**
   * Begins, and goes on until it is told to end; what it opened it leaves to be closed by then.
   *
   * @param url of the program under abuse, such as `http://127.0.0.1:54321`
   */
  run(url: string, signal: AbortSignal): Promise<void>;
}
