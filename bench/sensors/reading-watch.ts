import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { postmasterPid } from '../process-figures.js';

const LOOK_EVERY_MS = 50;
/** Slow is a finding; this long without one more reading is a program that has stopped working. */
const STALLED_MS = 120_000;

/**
 * Each reading takes a number from the sequence before it is committed: there are never more than numbers taken. Reading
 * it costs the same however many there are.
 */
const READ_SEQUENCE = `
  SELECT (CASE WHEN is_called THEN last_value ELSE 0 END)::int AS taken FROM sensors.sensor_data_id_seq`;

const COUNT = `SELECT count(*)::int AS readings FROM sensors.sensor_data`;

const COUNT_ALL = `
  SELECT (SELECT count(*) FROM sensors.sensor_data)::int AS readings,
         (SELECT count(DISTINCT sensor_id) FROM sensors.sensor_data)::int AS sensors,
         (SELECT count(*) FROM dead_letters)::int AS "deadLetters"`;

/** What there is when all is done, or should be. */
export interface ReadingCounts {
  readonly readings: number;
  readonly sensors: number;
  readonly deadLetters: number;
}

export interface Stored {
  /** When the first were seen, in milliseconds since the Unix epoch, and how many those were. */
  readonly firstAtMs: number;
  readonly firstReadings: number;
  readonly lastAtMs: number;
}

/** Sees from outside how far the storing of readings is, through a connection of its own. */
export class ReadingWatch {
  private constructor(private readonly client: Client) {}

  static async open(database: ConnectionSettings): Promise<ReadingWatch> {
    const client = new Client(database);
    // A connection that is lost fails the query that waits on it; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return new ReadingWatch(client);
  }

  /**
   * Waits until there are as many readings. Times are of the end of the look that saw it: late by up to 50 ms.
   *
   * @param onLook hears how many are done; what it throws ends the wait
   * @throws Error when nothing has moved for two minutes
   */
  async until(count: number, onLook: (stored: number) => void): Promise<Stored> {
    let first: Pick<Stored, 'firstAtMs' | 'firstReadings'> | undefined;
    let done = 0;
    let movedAtMs = Date.now();
    for (;;) {
      const stored = await this.countReadings(count);
      const nowMs = Date.now();
      if (stored > 0) first ??= { firstAtMs: nowMs, firstReadings: stored };
      if (stored >= count) return { ...first!, lastAtMs: nowMs };
      onLook(stored);
      if (stored !== done) movedAtMs = nowMs;
      if (nowMs - movedAtMs > STALLED_MS) throw new Error(`stalled at ${stored} readings of ${count}`);
      done = stored;
      await pause(LOOK_EVERY_MS);
    }
  }

  async counts(): Promise<ReadingCounts> {
    const { rows } = await this.client.query<ReadingCounts>(COUNT_ALL);
    return rows[0]!;
  }

  /** Of the server that the database is on; undefined when it cannot be seen from here. */
  async postmasterPid(): Promise<number | undefined> {
    const { rows } = await this.client.query<{ pid: number; port: number }>(
      'SELECT pg_backend_pid() AS pid, inet_client_port() AS port',
    );
    return postmasterPid(rows[0]!.pid, rows[0]!.port);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  /** Exact once there may be as many as are waited for; before that, no fewer than there are, and fewer than those. */
  private async countReadings(waitedFor: number): Promise<number> {
    const { rows } = await this.client.query<{ taken: number }>(READ_SEQUENCE);
    const { taken } = rows[0]!;
    if (taken < waitedFor) return taken;
    const counted = await this.client.query<{ readings: number }>(COUNT);
    return counted.rows[0]!.readings;
  }
}
