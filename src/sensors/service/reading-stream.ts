import { Inject, Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter } from 'prom-client';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import { HeardCommits } from '../cache/heard-commits.js';
import type { StoredReading } from '../model/reading.js';
import type { ReadingCommit } from '../model/reading-commit.js';
import { ReadingStreamRepository, type Standing } from '../repository/reading-stream.repository.js';
import { SeenCommits } from './seen-commits.js';

const MISSED = 'waybill_sensors_stream_missed_total';

export const READING_STREAM_METRICS: Provider[] = [
  counterProvider({
    name: MISSED,
    help: 'Readings that were left out of the event stream of readings, as its clients were told. Look when it rises: this process cannot keep up with what is stored',
  }),
];

/** Commits are read together up to so many readings. */
const READINGS_AT_ONCE = 1_000;
/** Of commits that were heard of and are not read yet; at 30,000 a second more than one second. */
const MAX_WAITING = 50_000;
/** A commit may have ids so much smaller than others that were heard of before. */
const LATE_IDS = 100_000;
/** Whoever comes again gets so many readings at most, out of so many ids. */
const MAX_REPLAYED = 1_000;
const REPLAYED_IDS = 300_000;
const NEWCOMERS_AT_ONCE = 4;
const RETRY_MS = 1_000;
/** Nothing is looked for but the moment itself: no readings are behind it. */
const SNAPSHOT_ONLY = { afterId: Number.MAX_SAFE_INTEGER, limit: 0, xid: 0 };

/** Readings of these ids, both included, may have been left out. */
export interface MissedReadings {
  readonly firstId: number;
  readonly lastId: number;
}

/** Who watches. */
export interface ReadingAudience {
  /** Sensors that are watched; undefined where all are. */
  readonly sensorIds: readonly string[] | undefined;
  show(reading: StoredReading): void;
  tellMissed(missed: MissedReadings): void;
}

/** What comes before all that is shown from now on. */
export interface Replay {
  readonly missed?: MissedReadings;
  readonly readings: readonly StoredReading[];
}

interface Newcomer {
  readonly lastId: number;
  readonly sensorId: string | undefined;
  enter(replay: Replay): void;
  refuse(error: Error): void;
}

/**
 * Shows each reading that any process commits once, after the commit. A commit says which ids it has stored in which
 * transaction; the rows are read only while somebody watches. One thing is done at a time, so it is always known which
 * commits were shown: a newcomer gets those before from PostgreSQL, and the others with everybody.
 */
@Injectable()
export class ReadingStream {
  private readonly stopping = new AbortController();
  private audience: ReadingAudience | undefined;
  private begun: Promise<void> | undefined;
  private seen: SeenCommits | undefined;
  /** The highest of those that were seen. */
  private lastId = 0;
  private readonly newcomers: Newcomer[] = [];
  private readonly waiting: ReadingCommit[] = [];
  private waitingReadings = 0;
  /** Commits may have been missed: PostgreSQL has to be asked which there were. */
  private hasToLook = false;
  private isWorking = false;

  constructor(
    heard: HeardCommits,
    private readonly readings: ReadingStreamRepository,
    lifecycle: Lifecycle,
    @InjectMetric(MISSED) private readonly missed: Counter,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    heard.resumed.subscribe(() => this.lookAgain());
    heard.commits.subscribe((commit) => this.take(commit));
    lifecycle.onDrain('the stream of readings', () => this.stopping.abort());
  }

  showTo(audience: ReadingAudience): void {
    this.audience = audience;
  }

  /** Whoever joins the audience after it misses nothing. @throws what the database says */
  begin(): Promise<void> {
    return (this.begun ??= this.readings.standing(SNAPSHOT_ONLY).then(
      (standing) => this.start(standing),
      (error: unknown) => {
        this.begun = undefined;
        throw error;
      },
    ));
  }

  /**
   * Lets somebody join the audience who has seen what was stored until an id.
   *
   * @param enter joins it at once; it is called with what comes first
   * @throws what `enter` throws, what the database says, and a TransientError when the program stops
   */
  async resume(lastId: number, sensorId: string | undefined, enter: (replay: Replay) => void): Promise<void> {
    await this.begin();
    await new Promise<void>((resolve, reject) => {
      this.newcomers.push({
        lastId,
        sensorId,
        enter: (replay) => resolve(enter(replay)),
        refuse: reject,
      });
      this.work();
    });
  }

  private get isWatched(): boolean {
    return this.audience !== undefined && this.audience.sensorIds?.length !== 0;
  }

  private take(commit: ReadingCommit): void {
    if (this.begun === undefined) return;
    this.waiting.push(commit);
    this.waitingReadings += commit.readings;
    if (this.waitingReadings > MAX_WAITING) this.lookAgain();
    else this.work();
  }

  /** What waits is committed, and is found as well. */
  private lookAgain(): void {
    if (this.begun === undefined) return;
    this.waiting.length = 0;
    this.waitingReadings = 0;
    this.hasToLook = true;
    this.work();
  }

  private start({ snapshot, lastId }: Standing): void {
    this.seen = new SeenCommits(snapshot);
    // Where the newest rows were deleted it is lower than before.
    this.lastId = Math.max(this.lastId, lastId);
    this.work();
  }

  private work(): void {
    if (this.isWorking || this.seen === undefined) return;
    this.isWorking = true;
    void this.workOff(this.stopping.signal);
  }

  /** Never throws. */
  private async workOff(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.hasWork) {
      try {
        await this.doOne();
      } catch (error) {
        this.log.warn({ err: error }, 'stored readings cannot be shown to who watches them; trying again');
        this.lookAgain();
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    this.isWorking = false;
    for (const { refuse } of this.newcomers.splice(0)) refuse(new TransientError('the program stops'));
  }

  private get hasWork(): boolean {
    return this.hasToLook || this.waiting.length > 0 || this.newcomers.length > 0;
  }

  private async doOne(): Promise<void> {
    const some = this.newcomers.splice(0, NEWCOMERS_AT_ONCE);
    await Promise.all(some.map((newcomer) => this.letIn(newcomer)));
    if (this.hasToLook) return this.look();
    const commits = takeSome(this.waiting);
    this.waitingReadings -= readingsOf(commits);
    await this.show(commits);
  }

  /** Passes over those that were shown before. */
  private async show(commits: readonly ReadingCommit[]): Promise<void> {
    const seen = this.seen!;
    const fresh = commits.filter(({ xid }) => !seen.has(xid));
    if (fresh.length > 0 && this.isWatched) {
      const readings = await this.readings.ofCommits(fresh, this.audience!.sensorIds);
      await eachInTurns('background', readings, (reading) => this.audience!.show(reading));
    }
    for (const commit of commits) {
      seen.add(commit);
      this.lastId = Math.max(this.lastId, commit.lastId);
    }
  }

  /** Shows what was committed and not seen, but for the oldest where it is too much. */
  private async look(): Promise<void> {
    this.hasToLook = false;
    const seen = this.seen!;
    const { lastId } = this;
    const standing = await this.readings.standing({
      afterId: lastId - LATE_IDS,
      limit: LATE_IDS + MAX_WAITING,
      xid: seen.horizon,
    });
    const unseen = standing.commits
      .map((commit): ReadingCommit => ({ ...commit, xid: seen.wholeXid(commit.xid), horizon: 0 }))
      .filter(({ xid }) => !seen.has(xid))
      .sort((one, other) => one.lastId - other.lastId);
    if (this.isWatched) {
      const leftOut = takeOldest(unseen);
      this.leaveOut(lastId, standing.oldestId, leftOut);
      // Told once, also where showing the others fails and is tried again.
      for (const commit of leftOut) seen.add(commit);
      while (unseen.length > 0) await this.show(takeSome(unseen));
    }
    this.start(standing);
  }

  /** @param oldestId readings behind the last id, and before this one, were not even looked at */
  private leaveOut(lastId: number, oldestId: number, commits: readonly ReadingCommit[]): void {
    const notLookedAt = Math.max(0, oldestId - lastId - 1);
    const readings = notLookedAt + readingsOf(commits);
    if (readings === 0) return;
    this.missed.inc(readings);
    let missed = notLookedAt > 0 ? { firstId: lastId + 1, lastId: oldestId - 1 } : commits[0]!;
    for (const commit of commits) missed = spanOf(missed, commit);
    this.audience!.tellMissed(missed);
  }

  private async letIn({ lastId, sensorId, enter, refuse }: Newcomer): Promise<void> {
    try {
      enter(await this.replayAfter(lastId, sensorId));
    } catch (error) {
      refuse(error as Error);
    }
  }

  /** Of what was seen; what was not comes to all who watch. */
  private async replayAfter(id: number, sensorId: string | undefined): Promise<Replay> {
    const seen = this.seen!;
    const after = Math.max(id, this.lastId - REPLAYED_IDS);
    const newestFirst = await this.readings.lastAfter(after, sensorId, MAX_REPLAYED + 1);
    const missedUntil = newestFirst[MAX_REPLAYED]?.id ?? after;
    return {
      ...(missedUntil > id && { missed: { firstId: id + 1, lastId: missedUntil } }),
      readings: newestFirst
        .slice(0, MAX_REPLAYED)
        .filter(({ xid }) => seen.has(seen.wholeXid(xid)))
        .reverse(),
    };
  }
}

const readingsOf = (commits: readonly Pick<ReadingCommit, 'readings'>[]): number =>
  commits.reduce((sum, { readings }) => sum + readings, 0);

const spanOf = (one: MissedReadings, other: MissedReadings): MissedReadings => ({
  firstId: Math.min(one.firstId, other.firstId),
  lastId: Math.max(one.lastId, other.lastId),
});

/** Takes the first ones out that are to be read together. */
function takeSome(commits: ReadingCommit[]): ReadingCommit[] {
  let readings = 0;
  const end = commits.findIndex((commit) => (readings += commit.readings) > READINGS_AT_ONCE);
  return commits.splice(0, end < 0 ? commits.length : Math.max(1, end));
}

/** Takes the first ones out, so that no more are left than may wait. */
function takeOldest(commits: ReadingCommit[]): ReadingCommit[] {
  let readings = 0;
  const kept = commits.findLastIndex((commit) => (readings += commit.readings) > MAX_WAITING);
  return commits.splice(0, kept + 1);
}
