import { type FindingKind, FINDING_KINDS, Findings } from '../findings.js';
import { EntryHistory } from './entry-history.js';
import type { KeyRead, KeyWrite, Seen } from './entry-operations.js';

type Times = readonly [startMs: number, endMs: number];
type More<T> = Partial<Omit<T, 'startMs' | 'endMs'>>;

/** The one key of histories that are about one. */
export const KEY = 'shop/tea';

/** A history that is written down by hand. Each call adds an operation; replica `a` is asked unless it says otherwise. */
export class MadeUpHistory {
  private readonly history = new EntryHistory();
  private serial = 0;

  /** Acknowledged, with the next serial number unless there is one. */
  put(version: number, [startMs, endMs]: Times, more: More<KeyWrite> = {}, key = KEY): this {
    const serial = ++this.serial;
    this.history.addWrite(key, {
      ...{ serial, kind: 'put', replica: 'a', outcome: 'acknowledged', version, startMs, endMs },
      ...more,
    });
    return this;
  }

  /** Acknowledged; the answer has no version. */
  remove([startMs, endMs]: Times, more: More<KeyWrite> = {}): this {
    const serial = ++this.serial;
    const write = { serial, kind: 'delete', replica: 'a', outcome: 'acknowledged', startMs, endMs } as const;
    this.history.addWrite(KEY, { ...write, ...more });
    return this;
  }

  /** A put that nobody answered. */
  tried(times: Times, more: More<KeyWrite> = {}, key = KEY): this {
    return this.put(0, times, { version: undefined, outcome: 'unanswered', ...more }, key);
  }

  refused(times: Times, more: More<KeyWrite> = {}): this {
    return this.put(0, times, { version: undefined, outcome: 'refused', ...more });
  }

  /** A value was read. */
  got(version: number, serial: number, times: Times, more: More<KeyRead> = {}, key = KEY): this {
    return this.saw({ what: 'value', version, serial }, times, more, key);
  }

  /** There was no value. */
  gotNone(times: Times, more: More<KeyRead> = {}): this {
    return this.saw({ what: 'absent' }, times, more);
  }

  saw(seen: Seen, [startMs, endMs]: Times, more: More<KeyRead> = {}, key = KEY): this {
    this.history.addRead(key, { replica: 'a', seen, startMs, endMs, ...more });
    return this;
  }

  /** What PostgreSQL has at the end. @param serial undefined: a tombstone */
  kept(version: number, serial: number | undefined, key = KEY): this {
    const seen: Seen =
      serial === undefined ? { what: 'absent', version } : { what: 'value', version, serial };
    return this.saw(seen, [1e9, 1e9 + 1], { replica: 'PostgreSQL', isOrdered: true, isLast: true }, key);
  }

  /** The kinds of what was found, each once. */
  kinds(): FindingKind[] {
    const { findings } = this;
    return FINDING_KINDS.filter((kind) => findings.count(kind) > 0);
  }

  lines(): string[] {
    return this.findings.lines();
  }

  private get findings(): Findings {
    const findings = new Findings();
    this.history.judge(findings);
    return findings;
  }
}
