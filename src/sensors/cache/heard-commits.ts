import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import type { ReadingCommit } from '../model/reading-commit.js';

/** What any process has committed, as far as this one hears of it; only one that serves the API does. */
@Injectable()
export class HeardCommits {
  /** Each after those that had ended before it stored, unless {@link resumed} tells otherwise. */
  readonly commits = new Subject<ReadingCommit>();
  /** From now on each commit is heard of; some may have been missed. */
  readonly resumed = new Subject<void>();
  private isListening = false;

  listen(): void {
    this.isListening = true;
    this.resumed.next();
  }

  /** Something that was said could not be understood. */
  startOver(): void {
    if (this.isListening) this.resumed.next();
  }

  beSilent(): void {
    this.isListening = false;
  }

  /** What comes before `listen`, as it may on a new connection, would hide those that were missed before it. */
  hear(commit: ReadingCommit): void {
    if (this.isListening) this.commits.next(commit);
  }
}
