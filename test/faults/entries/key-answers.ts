import type { FindingKind, Findings } from '../findings.js';
import { type KeyRead, type KeyWrite, wordsOf } from './entry-operations.js';
import type { KeyStates } from './key-states.js';
import type { KeyVersions } from './key-versions.js';

/** Callers' clock and that of PostgreSQL are of one machine, and one of them has milliseconds. */
const CLOCK_SLACK_MS = 50;

/** Holds what the answers to writes say against the versions: whether the key was there, conditions, and times. */
export class KeyAnswers {
  private readonly createdAt = new Map<number, string>();

  constructor(
    private readonly key: string,
    private readonly versions: KeyVersions,
    private readonly states: KeyStates,
    private readonly findings: Findings,
  ) {}

  judge(writes: readonly KeyWrite[], reads: readonly KeyRead[]): void {
    for (const write of writes) {
      if (write.outcome === 'refused') this.judgeRefusal(write, writes);
      if (write.outcome === 'acknowledged') this.judgeAcknowledged(write);
    }
    this.judgeTimes();
    for (const { version, createdAt } of writes) this.takeCreation(version, createdAt);
    for (const { seen } of reads) {
      if (seen.what === 'value') this.takeCreation(seen.version, seen.createdAt);
    }
    this.judgeCreations();
  }

  private judgeAcknowledged(write: KeyWrite): void {
    const version = write.version ?? this.versions.exactOf(write);
    if (version === undefined) return;
    if (write.ifVersion !== undefined && version !== write.ifVersion + 1) {
      this.add('accepted without reason', write, `If-Match was version ${write.ifVersion}`);
    }
    if (write.ifAbsent === true && write.isNew === false) {
      this.add('accepted without reason', write, 'the key had a value, and If-None-Match was *');
    }
    const before = 2 * (version - 1);
    const hadValue = this.fits(write, 'present', before);
    const hadNone = this.fits(write, 'absent', before) || this.fits(write, 'absent', before + 1);
    if (write.kind === 'delete' && !hadValue) {
      this.add('accepted without reason', write, 'there was nothing to delete');
    }
    if (write.isNew === true && !hadNone) this.add('told in two ways', write, 'new, where there was a value');
    if (write.isNew === false && !hadValue)
      this.add('told in two ways', write, 'replaced what was not there');
  }

  private judgeRefusal(write: KeyWrite, writes: readonly KeyWrite[]): void {
    const { isOutdated, writtenAtMs, endMs } = write;
    if (isOutdated !== true) return;
    const isExcused = (other: KeyWrite): boolean => {
      if (other === write || other.outcome === 'refused' || other.startMs > endMs) return false;
      const untilMs = other.writtenAtMs ?? (other.outcome === 'acknowledged' ? other.endMs : endMs);
      return untilMs > writtenAtMs! - CLOCK_SLACK_MS;
    };
    if (writtenAtMs === undefined || !writes.some(isExcused)) {
      this.add('refused without reason', write, `nothing was written later than ${writtenAtMs}`);
    }
  }

  /** A write with a time of its own never follows one of a later time. */
  private judgeTimes(): void {
    let latest: { readonly ms: number; readonly write?: KeyWrite } = { ms: -Infinity };
    for (const { write } of this.versions.all) {
      if (write === undefined) continue;
      const { writtenAtMs, startMs } = write;
      if (writtenAtMs !== undefined && writtenAtMs + CLOCK_SLACK_MS < latest.ms) {
        this.add('accepted without reason', write, `it is older than ${wordsOf(latest.write!)}`);
      }
      const ms = writtenAtMs ?? startMs;
      if (ms > latest.ms) latest = { ms, write };
    }
  }

  private takeCreation(version: number | undefined, createdAt: string | undefined): void {
    if (version === undefined || createdAt === undefined) return;
    const before = this.createdAt.get(version);
    if (before === undefined) this.createdAt.set(version, createdAt);
    else if (before !== createdAt) {
      this.findings.add(
        'told in two ways',
        `${this.key}: version ${version} was created at ${before} and at ${createdAt}`,
      );
    }
  }

  /** A key keeps its time of creation while it has a value. */
  private judgeCreations(): void {
    for (const { version, write } of this.versions.all) {
      const [before, now] = [this.createdAt.get(version - 1), this.createdAt.get(version)];
      if (before === undefined || now === undefined || write?.isNew === undefined) continue;
      if ((before === now) === write.isNew) {
        this.add(
          'told in two ways',
          write,
          `version ${version - 1} was created at ${before}, this at ${now}`,
        );
      }
    }
  }

  private fits({ startMs, endMs, replica }: KeyWrite, what: 'absent' | 'present', state: number): boolean {
    return this.states.fits({ replica, startMs, endMs, seen: { what } }, state);
  }

  private add(kind: FindingKind, write: KeyWrite, why: string): void {
    this.findings.add(kind, `${this.key}: ${wordsOf(write)}: ${why}`);
  }
}
