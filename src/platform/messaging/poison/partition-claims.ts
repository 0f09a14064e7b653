import type { Database } from '../../database/database.js';
import type { PartitionPlace } from '../failing-batches.js';

/** Events that were being tried when a process crashed. */
export interface Suspects {
  readonly firstOffset: number;
  /** The offset after the last of them. */
  readonly nextOffset: number;
  /** Consecutive crashes during attempts at these. */
  readonly deaths: number;
}

/** What the previous owner of the partition left behind. */
export interface FormerClaim {
  /** It did not release the partition: it crashed, or, during a rebalance, has not got round to it yet. */
  readonly isAbandoned: boolean;
  readonly suspects?: Suspects;
  /** Events refused as poison. They are redelivered when the events after them had not been committed. */
  readonly refusedOffsets: readonly number[];
}

/** Records who owns which partition and what is being tried there, in the database, so that it survives a crash. */
export interface ClaimStore {
  /** Takes a partition over. */
  claim(place: PartitionPlace): Promise<FormerClaim>;
  /** These events are about to be tried. */
  mark(place: PartitionPlace, suspects: Suspects): Promise<void>;
  /** Nothing is being tried any more. */
  clear(place: PartitionPlace): Promise<void>;
  /** An event was refused, and nothing is being tried any more. */
  refused(place: PartitionPlace, offset: number): Promise<void>;
  /** Lets go of a partition. Where a try is still marked, the mark stays. */
  release(place: PartitionPlace): Promise<void>;
}

const PLACE = 'context = $1 AND topic = $2 AND partition = $3';

const CLAIM = `
  WITH former AS (
    SELECT owner, first_offset, next_offset, deaths, refused_offsets FROM partition_claims WHERE ${PLACE} FOR UPDATE
  ), claimed AS (
    INSERT INTO partition_claims (context, topic, partition, owner) VALUES ($1, $2, $3, $4)
    ON CONFLICT (context, topic, partition) DO UPDATE SET owner = EXCLUDED.owner
  )
  SELECT owner <> $4 AS is_abandoned, first_offset, next_offset, deaths, refused_offsets FROM former`;

const MARK = `
  UPDATE partition_claims SET first_offset = $5, next_offset = $6, deaths = $7
  WHERE ${PLACE} AND owner = $4`;

const CLEAR = `
  UPDATE partition_claims SET first_offset = NULL, next_offset = NULL, deaths = 0
  WHERE ${PLACE} AND owner = $4`;

const REFUSED = `
  UPDATE partition_claims
  SET first_offset = NULL, next_offset = NULL, deaths = 0, refused_offsets = refused_offsets || $5::bigint
  WHERE ${PLACE} AND owner = $4`;

const RELEASE = `DELETE FROM partition_claims WHERE ${PLACE} AND owner = $4 AND first_offset IS NULL`;

interface FormerRow {
  is_abandoned: boolean;
  first_offset: number | null;
  next_offset: number | null;
  deaths: number;
  /** As pg gives what stands in an array. */
  refused_offsets: readonly string[];
}

/** The claims of one process, in a table that is not logged: a crash of PostgreSQL may forget them. */
export class PartitionClaims implements ClaimStore {
  constructor(
    private readonly database: Database,
    private readonly owner: string,
  ) {}

  async claim(place: PartitionPlace): Promise<FormerClaim> {
    const [former]: FormerRow[] = await this.database.source.query(CLAIM, this.parameters(place));
    if (former === undefined) return { isAbandoned: false, refusedOffsets: [] };
    const { is_abandoned: isAbandoned, deaths } = former;
    const refusedOffsets = former.refused_offsets.map(Number);
    const { first_offset: firstOffset, next_offset: nextOffset } = former;
    if (!isAbandoned || firstOffset === null || nextOffset === null) return { isAbandoned, refusedOffsets };
    return { isAbandoned, refusedOffsets, suspects: { firstOffset, nextOffset, deaths: deaths + 1 } };
  }

  async mark(place: PartitionPlace, { firstOffset, nextOffset, deaths }: Suspects): Promise<void> {
    await this.database.source.query(MARK, [...this.parameters(place), firstOffset, nextOffset, deaths]);
  }

  async clear(place: PartitionPlace): Promise<void> {
    await this.database.source.query(CLEAR, this.parameters(place));
  }

  async refused(place: PartitionPlace, offset: number): Promise<void> {
    await this.database.source.query(REFUSED, [...this.parameters(place), offset]);
  }

  async release(place: PartitionPlace): Promise<void> {
    await this.database.source.query(RELEASE, this.parameters(place));
  }

  private parameters({ context, topic, partition }: PartitionPlace): unknown[] {
    return [context, topic, partition, this.owner];
  }
}
