/** Who holds users outside PostgreSQL, and must not answer with what they were. */
export abstract class ChangedUsers {
  /** Resolves once this process no longer answers with what it held of the user. Never throws. */
  abstract changed(userId: string): Promise<void>;
}

/** Where nothing is held. */
export class NoHeldUsers extends ChangedUsers {
  changed(): Promise<void> {
    return Promise.resolve();
  }
}
