import type { Findings } from '../findings.js';
import { type KeyRead, type KeyWrite, type Seen, timesOf, wordsOf } from './entry-operations.js';
import { VersionMatching } from './version-matching.js';

/** A version of a key: who made it, as far as that can be known, and when. */
export interface Version {
  readonly version: number;
  write: KeyWrite | undefined;
  /** Who may have made it, where that is not known. */
  writers: readonly KeyWrite[];
  notBeforeMs: number;
  notAfterMs: number;
  /** Whether somebody was told of it, or of a later one. */
  readonly isCertain: boolean;
}

/**
 * The versions of one key in their order, each with the write that made it. An acknowledged write tells its version, and a
 * value that is read names its write; what is left over are deletes and writes without an answer, which are found by when
 * they were under way.
 */
export class KeyVersions {
  /** The version 1 is the first. */
  readonly all: Version[] = [];
  private readonly made = new Map<KeyWrite, Version>();
  private readonly bySerial: ReadonlyMap<number, KeyWrite>;
  private matching: VersionMatching | undefined;
  private gaps: readonly Version[] = [];

  constructor(
    private readonly key: string,
    private readonly writes: readonly KeyWrite[],
    private readonly reads: readonly KeyRead[],
    private readonly findings: Findings,
  ) {
    this.bySerial = new Map(writes.map((write) => [write.serial, write]));
    const told = [...writes.map(({ version }) => version ?? 0), ...reads.map(({ seen }) => toldBy(seen))];
    this.grow(
      told.reduce((most, one) => Math.max(most, one), 0),
      true,
    );
    for (const write of writes) {
      if (write.outcome === 'acknowledged' && write.version !== undefined) this.take(write, write.version);
    }
    for (const read of reads) this.takeSeen(read);
  }

  /** Batches without an answer of which a value was seen. */
  seenBatches(): number[] {
    return [...this.made.keys()].flatMap(({ batch, outcome }) =>
      batch !== undefined && outcome === 'unanswered' ? [batch] : [],
    );
  }

  /**
   * Finds out who made the other versions, and which cannot have been made.
   *
   * @param seenBatches that have taken effect on any key
   */
  explain(seenBatches: ReadonlySet<number>): void {
    const open = this.writes.filter(
      (write) => write.outcome !== 'refused' && !this.made.has(write) && write.version === undefined,
    );
    const certain = new Set(
      open.filter(
        ({ outcome, batch }) => outcome === 'acknowledged' || (batch !== undefined && seenBatches.has(batch)),
      ),
    );
    if (!this.reads.some(({ isLast }) => isLast)) this.grow(open.length, false);
    while (this.findWriters(open, certain));
    const writers = this.matching!.writersOf();
    for (const [place, gap] of this.gaps.entries()) gap.writers = writers[place]!;
    for (const { version } of this.matching!.unwritten()) {
      this.findings.add('version skipped', `${this.key}: nobody can have written version ${version}`);
    }
    for (const write of this.matching!.homeless(certain)) {
      const kind = write.outcome === 'acknowledged' ? 'lost' : 'half of a batch';
      this.findings.add(kind, `${this.key}: no version can be that of ${wordsOf(write)}`);
    }
  }

  /** The version of a write, where that is known for certain. */
  exactOf(write: KeyWrite): number | undefined {
    return this.made.get(write)?.version;
  }

  /** The version of a write, or the lowest that it can have. @returns 0 when there is none */
  lowestOf(write: KeyWrite): number {
    const version = this.made.get(write)?.version;
    if (version !== undefined) return version;
    if (write.version !== undefined || this.matching === undefined) return write.version ?? 0;
    const { first, last } = this.matching.rangeOf(write);
    return first > last ? 0 : this.gaps[first]!.version;
  }

  writeOf(serial: number): KeyWrite | undefined {
    return this.bySerial.get(serial);
  }

  /** One round: bounds, then whoever has no choice. @returns whether anybody was found */
  private findWriters(open: readonly KeyWrite[], certain: ReadonlySet<KeyWrite>): boolean {
    this.bound();
    this.gaps = this.all.filter(({ write }) => write === undefined);
    const left = open.filter((write) => !this.made.has(write));
    const matching = new VersionMatching(this.gaps, left);
    this.matching = matching;
    const before = this.made.size;
    for (const write of left) {
      if (!certain.has(write)) continue;
      const { first, last } = matching.rangeOf(write);
      if (first === last) this.settle(write, this.gaps[first]!);
    }
    const soleWriters = matching.soleWriters();
    for (const [place, gap] of this.gaps.entries()) {
      const writer = soleWriters[place];
      if (gap.isCertain && writer !== undefined) this.settle(writer, gap);
    }
    return this.made.size > before;
  }

  private settle(write: KeyWrite, version: Version): void {
    if (version.write !== undefined || this.made.has(write)) return;
    version.write = write;
    this.made.set(write, version);
  }

  /** Between when each version can have been committed. */
  private bound(): void {
    let notBeforeMs = -Infinity;
    for (const version of this.all) {
      notBeforeMs = Math.max(notBeforeMs, version.write?.startMs ?? -Infinity);
      version.notBeforeMs = notBeforeMs;
      version.notAfterMs = endOf(version.write);
    }
    for (const { seen, endMs } of this.reads) {
      const version = this.all[toldBy(seen) - 1];
      if (version !== undefined) version.notAfterMs = Math.min(version.notAfterMs, endMs);
    }
    for (let index = this.all.length - 2; index >= 0; index--) {
      const version = this.all[index]!;
      version.notAfterMs = Math.min(version.notAfterMs, this.all[index + 1]!.notAfterMs);
    }
  }

  private take(write: KeyWrite, version: number): void {
    const place = this.all[version - 1];
    if (place === undefined) {
      this.findings.add('told in two ways', `${this.key}: there is no version ${version}: ${wordsOf(write)}`);
    } else if (place.write === undefined) {
      place.write = write;
      this.made.set(write, place);
    } else if (place.write !== write) {
      this.findings.add(
        'version twice',
        `${this.key}: version ${version} is of ${wordsOf(place.write)} and of ${wordsOf(write)}`,
      );
    }
  }

  private takeSeen(read: KeyRead): void {
    const { seen } = read;
    if (seen.what !== 'value' || seen.serial === undefined) return;
    const write = this.bySerial.get(seen.serial);
    const told = `version ${seen.version} with the value ${seen.serial} [${timesOf(read)}]`;
    if (write === undefined || write.kind === 'delete') {
      this.findings.add('foreign value', `${this.key}: nobody wrote ${told}`);
    } else if (write.outcome === 'refused') {
      this.findings.add('refused but took effect', `${this.key}: ${told} of ${wordsOf(write)}`);
    } else {
      const made = this.made.get(write)?.version ?? write.version;
      if (made === undefined || made === seen.version) return this.take(write, seen.version);
      const kind = write.outcome === 'acknowledged' ? 'told in two ways' : 'took effect twice';
      this.findings.add(kind, `${this.key}: ${told}, which is version ${made} too: ${wordsOf(write)}`);
    }
  }

  private grow(count: number, isCertain: boolean): void {
    for (let more = 0; more < count; more++) {
      this.all.push({
        version: this.all.length + 1,
        write: undefined,
        writers: [],
        notBeforeMs: -Infinity,
        notAfterMs: Infinity,
        isCertain,
      });
    }
  }
}

/** @returns 0 where no version is told */
const toldBy = (seen: Seen): number =>
  seen.what === 'value' || seen.what === 'absent' ? (seen.version ?? 0) : 0;

const endOf = (write: KeyWrite | undefined): number =>
  write?.outcome === 'acknowledged' ? write.endMs : Infinity;
