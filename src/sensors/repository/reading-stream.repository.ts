import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { StoredReading } from '../model/reading.js';
import type { ReadingCommit } from '../model/reading-commit.js';
import { FIELDS } from './reading.sql.js';

/** Rows of one query. */
const PAGE = 1_000;
const XID_VALUES = 2 ** 32;

/** A row says by 32 bits of its `xid8` which transaction has stored it. */
const OF_COMMITS = `
  SELECT ${FIELDS} FROM sensors.sensor_data
  WHERE id > $1 AND id <= $2 AND xmin = ANY ($3::xid[]) AND ($4::text[] IS NULL OR sensor_id = ANY ($4))
  ORDER BY id LIMIT ${PAGE}`;

const LAST_AFTER = `
  SELECT ${FIELDS}, xmin::text::bigint AS xid FROM sensors.sensor_data
  WHERE id > $1 AND ($2::text IS NULL OR sensor_id = $2)
  ORDER BY id DESC LIMIT $3`;

/** All of it is as of one moment. */
const STANDING = `
  WITH late AS (SELECT id, xmin AS xid FROM sensors.sensor_data WHERE id > $1 ORDER BY id DESC LIMIT $2),
  commits AS (
    SELECT min(id) AS "firstId", max(id) AS "lastId", count(*) AS readings, xid::text::bigint AS xid
    FROM late WHERE age(xid) <= age($3::xid) GROUP BY xid
  )
  SELECT pg_current_snapshot()::text AS snapshot,
    coalesce((SELECT max(id) FROM sensors.sensor_data), 0) AS "lastId",
    coalesce((SELECT min(id) FROM late HAVING count(*) = $2), 0) AS "oldestId",
    coalesce((SELECT json_agg(commits) FROM commits), '[]') AS commits`;

/** A reading, and the lower 32 bits of the `xid8` that has stored it. */
export type ReadingOfTransaction = StoredReading & { readonly xid: number };

/** What was committed until a moment. */
export interface Standing {
  /** A `pg_snapshot`: which transactions had ended. */
  readonly snapshot: string;
  readonly lastId: number;
  /** Readings before it were not looked at; 0 where all behind the id were. */
  readonly oldestId: number;
  /** In any order; of each `xid8` the lower 32 bits. */
  readonly commits: readonly Omit<ReadingCommit, 'horizon'>[];
}

interface Search {
  readonly afterId: number;
  /** Of readings that are looked at, the last ones. */
  readonly limit: number;
  /** An `xid8`. */
  readonly xid: number;
}

/** Readings by the transactions that have stored them. */
@Injectable()
export class ReadingStreamRepository {
  constructor(private readonly database: Database) {}

  /** The readings of commits, by their ids; of some sensors only, where they are given. */
  async ofCommits(
    commits: readonly ReadingCommit[],
    sensorIds: readonly string[] | undefined,
  ): Promise<StoredReading[]> {
    const last = Math.max(...commits.map(({ lastId }) => lastId));
    const xids = commits.map(({ xid }) => xid % XID_VALUES);
    const readings: StoredReading[] = [];
    let before = Math.min(...commits.map(({ firstId }) => firstId)) - 1;
    for (;;) {
      const page: StoredReading[] = await this.database.source.query(OF_COMMITS, [
        before,
        last,
        xids,
        sensorIds,
      ]);
      readings.push(...page);
      if (page.length < PAGE) return readings;
      before = page.at(-1)!.id;
    }
  }

  /** The last readings behind an id, of all sensors or of one, the last first. */
  lastAfter(id: number, sensorId: string | undefined, limit: number): Promise<ReadingOfTransaction[]> {
    return this.database.source.query(LAST_AFTER, [id, sensorId, limit]);
  }

  /** What is committed now, and what commits there were from a transaction on, among the last readings behind an id. */
  async standing({ afterId, limit, xid }: Search): Promise<Standing> {
    const [standing] = await this.database.source.query<[Standing]>(STANDING, [
      afterId,
      limit,
      xid % XID_VALUES,
    ]);
    return standing;
  }
}
