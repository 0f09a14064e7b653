import type { Findings } from '../findings.js';
import type { EntryHistory } from './entry-history.js';
import type { KeyRead, KeyWrite } from './entry-operations.js';
import { nameOf, type Place } from './entry-values.js';
import type { Answer, Outcome } from './kept-requests.js';

/** An ETag, and the version that it is of. */
export interface KnownTag {
  readonly version: number;
  readonly etag: string;
}

/** What all callers of a run share: numbers of writes, the ETags seen last, the history, and counts of answers. */
export class EntryRecorder {
  /** Of each operation, how many answers there were of each status; 0: none. */
  readonly answers = new Map<string, Map<number, number>>();
  /** Operations that were answered, and not by 503. */
  answered = 0;
  private readonly tags = new Map<string, KnownTag>();
  private serial = 0;
  private batch = 0;

  constructor(
    private readonly history: EntryHistory,
    private readonly findings: Findings,
  ) {}

  nextSerial(): number {
    return ++this.serial;
  }

  nextBatch(): number {
    return ++this.batch;
  }

  tagOf(place: Place): KnownTag | undefined {
    return this.tags.get(nameOf(place));
  }

  /**
   * Counts an answer.
   *
   * @param statuses that the operation can have; any other but 503 is a finding
   * @returns undefined where nothing is known: no answer, 503, or what was found
   */
  take(operation: string, { answer }: Outcome, statuses: readonly number[]): Answer | undefined {
    if (answer === 'not sent') return undefined;
    const status = answer === 'unknown' ? 0 : answer.status;
    const counts = this.answers.get(operation) ?? new Map<number, number>();
    counts.set(status, (counts.get(status) ?? 0) + 1);
    this.answers.set(operation, counts);
    if (answer === 'unknown' || status === 503) return undefined;
    this.answered += 1;
    if (statuses.includes(status)) return answer;
    this.findings.add(
      'unexpected answer',
      `${status} to ${operation}: ${answer.body.toString().slice(0, 200)}`,
    );
    return undefined;
  }

  write(place: Place, write: KeyWrite): void {
    this.history.addWrite(nameOf(place), write);
  }

  read(place: Place, read: KeyRead, etag?: string): void {
    this.history.addRead(nameOf(place), read);
    if (read.seen.what === 'value' && etag !== undefined) this.note(place, read.seen.version, etag);
  }

  note(place: Place, version: number, etag: string): void {
    this.tags.set(nameOf(place), { version, etag });
  }

  /** Something in an answer that is not as it should be. */
  object(what: string): void {
    this.findings.add('other content', what);
  }
}
