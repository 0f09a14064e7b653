/** Where a command prints to. */
export interface Terminal {
  /** What was asked for. */
  readonly out: (text: string) => void;
  /** What people should know besides. */
  readonly err: NodeJS.WriteStream;
  /** Ends long work early, after what is under way. */
  readonly signal: AbortSignal;
}

/** 128 + SIGINT, as a shell has it: the exit code of work that was ended early. */
export const EX_INTERRUPTED = 130;
