import type { FindingKind, Findings } from '../findings.js';
import { type KeyRead, type KeyWrite, timesOf, wordsOf } from './entry-operations.js';
import type { KeyStates } from './key-states.js';
import type { KeyVersions } from './key-versions.js';

/** How old an answer may be that another replica knows better, and what clocks and a busy machine may add. */
const PROMISED_LAG_MS = 1_000;
const LAG_SLACK_MS = 50;

/** The least that a read may see: a state, and how that is known. */
interface Floor {
  readonly state: number;
  readonly since: KeyWrite | KeyRead | undefined;
}

/** What is known from a time on. */
interface Known extends Floor {
  readonly atMs: number;
}

interface Turn {
  readonly atMs: number;
  readonly isEnd: boolean;
  readonly of: KeyWrite | KeyRead;
}

const NOTHING: Floor = { state: 0, since: undefined };
const higher = (one: Floor, other: Floor): Floor => (other.state > one.state ? other : one);
const isRead = (of: KeyWrite | KeyRead): of is KeyRead => 'seen' in of;

/**
 * Holds each read of a key against what was known when it began, and what had begun when it ended. What a replica has
 * acknowledged or shown, it never goes behind again; what another one has, or a list, it knows a second later.
 */
export class KeyReads {
  private readonly ofReplica = new Map<string, Floor>();
  private ofAll = NOTHING;
  /** In the order of their times. */
  private readonly known: Known[] = [];
  private lagging = { next: 0, floor: NOTHING };
  private readonly floors = new Map<KeyRead, { floor: Floor; ofOwn: Floor }>();

  constructor(
    private readonly key: string,
    private readonly versions: KeyVersions,
    private readonly states: KeyStates,
    private readonly findings: Findings,
  ) {}

  judge(writes: readonly KeyWrite[], reads: readonly KeyRead[]): void {
    const turns: Turn[] = [];
    for (const write of writes) {
      if (write.outcome === 'acknowledged') turns.push({ atMs: write.endMs, isEnd: true, of: write });
    }
    for (const read of reads) {
      turns.push({ atMs: read.startMs, isEnd: false, of: read }, { atMs: read.endMs, isEnd: true, of: read });
    }
    // What ends in the moment in which another begins counts as beside it.
    turns.sort((one, other) => one.atMs - other.atMs || Number(one.isEnd) - Number(other.isEnd));
    for (const { atMs, isEnd, of } of turns) {
      if (!isRead(of)) this.learn(of, 2 * this.versions.lowestOf(of), atMs);
      else if (isEnd) this.end(of);
      else this.floors.set(of, this.floorOf(of));
    }
  }

  private floorOf(read: KeyRead): { floor: Floor; ofOwn: Floor } {
    const beforeMs = read.startMs - PROMISED_LAG_MS - LAG_SLACK_MS;
    for (; (this.known[this.lagging.next]?.atMs ?? Infinity) < beforeMs; this.lagging.next++) {
      this.lagging.floor = higher(this.lagging.floor, this.known[this.lagging.next]!);
    }
    const ofOwn = read.isOrdered === true ? this.ofAll : (this.ofReplica.get(read.replica) ?? NOTHING);
    return { floor: higher(ofOwn, this.lagging.floor), ofOwn };
  }

  private end(read: KeyRead): void {
    const { floor, ofOwn } = this.floors.get(read)!;
    this.floors.delete(read);
    for (let state = floor.state; state <= this.states.last; state++) {
      if (!this.states.fits(read, state)) continue;
      this.judgeEnd(read, state);
      return this.learn(read, state, read.endMs);
    }
    this.findings.add(this.kindOf(read, floor, ofOwn), this.words(read, floor));
  }

  /** Reads of a value say which; that it has ended by now is found here, so that it is called by its name. */
  private judgeEnd(read: KeyRead, state: number): void {
    if (read.seen.what !== 'value' || this.states.shownUntilMs(state) >= read.startMs) return;
    const write = this.states.versionOf(state)?.write;
    const what = write === undefined ? '' : ` of ${wordsOf(write)}, shown for ${write.ttlMs} ms`;
    this.findings.add('expired but shown', `${this.key}: ${told(read)}${what}`);
  }

  private learn(of: KeyWrite | KeyRead, state: number, atMs: number): void {
    const floor = { state, since: of, atMs };
    this.known.push(floor);
    this.ofAll = higher(this.ofAll, floor);
    if (isRead(of) && of.isPassing === true) return;
    this.ofReplica.set(of.replica, higher(this.ofReplica.get(of.replica) ?? NOTHING, floor));
  }

  private kindOf(read: KeyRead, { state, since }: Floor, ofOwn: Floor): FindingKind {
    const { seen, startMs } = read;
    if (seen.what === 'foreign') return 'foreign value';
    if (seen.what === 'not') return 'refused without reason';
    const shown = seen.what === 'value' ? 2 * seen.version : this.highestBelow(state, read);
    if (shown >= state) return 'read before it was written';
    if (seen.what === 'value' && shown + 1 === state && this.states.shownUntilMs(shown) < startMs) {
      return 'expired but shown';
    }
    // That nobody had written to the key yet is no state to be behind at, once this replica has known better.
    const isGone = seen.what === 'absent' && shown <= 0 && ofOwn.state > 0;
    if (read.isLast === true || isGone) return 'lost';
    const last = since !== undefined && !isRead(since) ? since : this.states.versionOf(state)?.write;
    if (seen.what !== 'absent' && last?.kind === 'delete') return 'revived';
    if (shown >= ofOwn.state) return 'older than promised';
    return ofOwn.since !== undefined && isRead(ofOwn.since) ? 'older than read before' : 'stale';
  }

  /** @returns -1 when the read fits no state before that one */
  private highestBelow(state: number, read: KeyRead): number {
    for (let below = state - 1; below >= 0; below--) {
      if (this.states.fits(read, below)) return below;
    }
    return -1;
  }

  private words(read: KeyRead, { state, since }: Floor): string {
    const least = `version ${state >> 1}${state % 2 === 1 ? ', ended' : ''}`;
    const why = since === undefined ? '' : ` since ${isRead(since) ? told(since) : wordsOf(since)}`;
    return `${this.key}: ${told(read)}, where the least was ${least}${why}`;
  }
}

function told(read: KeyRead): string {
  const { seen } = read;
  const what = seen.what === 'foreign' ? `foreign: ${seen.told}` : seen.what;
  const version = 'version' in seen && seen.version !== undefined ? ` ${seen.version}` : '';
  return `${what}${version} [${timesOf(read)}]`;
}
