/** The program under abuse, and what an abuser gets at of it. */
export interface Target {
  /** Such as `http://127.0.0.1:54321` */
  readonly url: string;
  /** Where its embedded PostgreSQL is, for who meddles with that. */
  readonly dataDir: string;
  /** Where it reads orders from: two partitions. Only for an abuse by Kafka. */
  readonly kafka?: { readonly brokers: string; readonly topic: string };
}

/** One way of taking from the program more than one's share. Each is one idea, in a file of its own. */
export interface Abuse {
  readonly name: string;
  /** It comes by Kafka. All others need no broker. */
  readonly isByKafka?: true;
  /** Begins, and goes on until it is told to end; what it opened it leaves to be closed by then. */
  run(target: Target, signal: AbortSignal): Promise<void>;
}
