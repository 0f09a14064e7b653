/** A state of a user: its message, or undefined where it is absent. */
interface UserState {
  readonly message: string | undefined;
  /** When its COMMIT had returned to the writer; undefined until then. */
  committedAtMs?: number;
}

/** All that one user has been, in the order of the commits. One writer writes, so the next state is told after the last one is committed. */
export class UserHistory {
  private readonly states: UserState[];

  /** @param message that it has in the beginning */
  constructor(message: string | undefined) {
    this.states = [{ message, committedAtMs: -Infinity }];
  }

  get message(): string | undefined {
    return this.states.at(-1)!.message;
  }

  /** It is about to become so. @returns to be called when it is committed, with the time of that */
  becoming(message: string | undefined): (committedAtMs: number) => void {
    const state: UserState = { message };
    this.states.push(state);
    return (committedAtMs) => {
      state.committedAtMs = committedAtMs;
    };
  }

  /**
   * For how long what was told had been replaced when it was asked for: 0 when it had not been. A state that came more than
   * once is taken for the last of them.
   *
   * @returns Infinity for what it never was
   */
  ageOf(message: string | undefined, sentAtMs: number): number {
    const index = this.states.findLastIndex((state) => state.message === message);
    if (index === -1) return Infinity;
    return Math.max(0, sentAtMs - (this.states[index + 1]?.committedAtMs ?? sentAtMs));
  }
}
