import { Injectable } from '@nestjs/common';
import { Coalescer, REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { KeyedWrites, type MayBeKeyed } from '../../platform/batching/keyed-writes.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { Failures } from '../../platform/failures/failures.js';
import { OvertakenError } from '../../platform/http/idempotency-keys.js';
import { LatestUpdates } from '../cache/latest-updates.js';
import { isNewer, type Reading, type StoredReading } from '../model/reading.js';
import { ReadingAnnouncements } from '../producer/reading-announcements.js';
import { ReadingRepository } from '../repository/reading.repository.js';

/** What one request brings: all of it is stored, or nothing. */
export interface SubmittedReadings extends MayBeKeyed<StoredReading[]> {
  readonly readings: readonly Reading[];
}

/** One of those that are waiting. */
interface Submission extends SubmittedReadings {
  /** Like that of no other. */
  readonly serial: string;
}

/** Readings from callers who wait for their answer; concurrent requests share a transaction. */
@Injectable()
export class ReadingSubmission {
  private readonly coalescer: Coalescer<Submission, StoredReading[]>;
  private submissions = 0;

  constructor(
    private readonly database: Database,
    private readonly writes: KeyedWrites,
    private readonly readings: ReadingRepository,
    private readonly announcements: ReadingAnnouncements,
    private readonly updates: LatestUpdates,
    failures: Failures,
  ) {
    this.coalescer = new Coalescer({
      name: { one: 'the reading', many: 'readings' },
      // Readings are only inserted, so a row that somebody else has locked can be that of an Idempotency-Key alone.
      keyOf: ({ keyed, serial }) => keyed?.claim.key ?? serial,
      rowsOf: (submission) => submission.readings.length,
      write: (batch) => this.write(batch),
      failures,
    });
  }

  /**
   * Resolves once the readings are committed, and announced with them, with their ids and in their order.
   *
   * @param bytes length of the body that they came in
   * @throws TooBusyError when nothing was written for lack of room or time, OvertakenError, and what the database says
   */
  submit(submitted: SubmittedReadings, bytes: number): Promise<StoredReading[]> {
    return this.coalescer.submit({ ...submitted, serial: String(++this.submissions) }, bytes);
  }

  private async write(batch: readonly Submission[]): Promise<(StoredReading[] | OvertakenError)[]> {
    const results = await this.database.transaction(
      async (tx) => {
        await nextTurn('request');
        return this.writes.write<Submission, StoredReading[], OvertakenError>(tx, {
          items: batch,
          write: (taken) => this.store(tx, taken),
          overtaken: () => new OvertakenError(),
        });
      },
      { lockMs: REQUEST_LOCK_MS },
    );
    const stored = results.flatMap((result) => (result instanceof OvertakenError ? [] : result));
    this.updates.take({ latest: stored, forgotten: [] });
    return results;
  }

  /** @returns the readings of each submission */
  private async store(tx: Transaction, batch: readonly Submission[]): Promise<StoredReading[][]> {
    const { stored, commit } = await this.readings.storeOfRequest(
      tx,
      batch.flatMap((submission) => submission.readings),
    );
    await nextTurn('request');
    await this.announcements.append(tx, stored);
    await this.updates.announce(tx, { latest: newestOfEach(stored), forgotten: [], commit });
    let end = 0;
    return batch.map(({ readings: { length } }) => stored.slice(end, (end += length)));
  }
}

/** In any order of the readings. */
function newestOfEach(readings: readonly StoredReading[]): StoredReading[] {
  const newest = new Map<string, StoredReading>();
  for (const reading of readings) {
    const other = newest.get(reading.sensor_id);
    if (other === undefined || isNewer(reading, other)) newest.set(reading.sensor_id, reading);
  }
  return [...newest.values()];
}
