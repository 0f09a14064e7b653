import type { Database } from '../../database/database.js';
import type { PartitionPlace } from '../failing-batches.js';

/** Events that were being tried when a process crashed. */
export interface Suspects {
  readonly firstOffset: number;
  /** The offset after the last of them. */
  readonly nextOffset: number;
  /** Consecutive crashes during attempts at these. */
  readonly deaths: number;
  /** The processes that are taken for crashed. */
  readonly triers: readonly string[];
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
  /** These suspects without the attempts of processes that were seen to live since; undefined when none remains. */
  recount(place: PartitionPlace, suspects: Suspects): Promise<Suspects | undefined>;
  /** These events are about to be tried. */
  mark(place: PartitionPlace, suspects: Suspects): Promise<void>;
  /** Nothing is being tried any more. Who was claimed over meanwhile shows by this call that it lives. */
  clear(place: PartitionPlace): Promise<void>;
  /** An event was refused, and nothing is being tried any more. */
  refused(place: PartitionPlace, offset: number): Promise<void>;
  /** Lets go of a partition. Where a try is still marked, the mark stays. */
  release(place: PartitionPlace): Promise<void>;
}

const PLACE = 'context = $1 AND topic = $2 AND partition = $3';

const CLAIM = `
  WITH former AS (
    SELECT owner, first_offset, next_offset, deaths, triers, survivors, refused_offsets
    FROM partition_claims WHERE ${PLACE} FOR UPDATE
  ), claimed AS (
    INSERT INTO partition_claims (context, topic, partition, owner) VALUES ($1, $2, $3, $4)
    ON CONFLICT (context, topic, partition) DO UPDATE SET owner = EXCLUDED.owner
  )
  SELECT owner <> $4 AS is_abandoned, first_offset, next_offset, deaths, triers, survivors, refused_offsets
  FROM former`;

const SURVIVORS = `SELECT survivors FROM partition_claims WHERE ${PLACE}`;

const MARK = `
  UPDATE partition_claims SET first_offset = $5, next_offset = $6, deaths = $7, triers = $8::uuid[] || $4::uuid
  WHERE ${PLACE} AND owner = $4`;

/** A row keeps the latest processes that had only lost the partition; the tries that are counted are of two or three. */
const MAX_SURVIVORS = 32;

const CLEAR = `
  WITH cleared AS (
    UPDATE partition_claims SET first_offset = NULL, next_offset = NULL, deaths = 0, triers = '{}'
    WHERE ${PLACE} AND owner = $4
  )
  UPDATE partition_claims SET survivors = ($4::uuid || survivors)[:${MAX_SURVIVORS}]
  WHERE ${PLACE} AND owner <> $4 AND $4 <> ALL (survivors)`;

const REFUSED = `
  UPDATE partition_claims
  SET first_offset = NULL, next_offset = NULL, deaths = 0, triers = '{}', refused_offsets = refused_offsets || $5::bigint
  WHERE ${PLACE} AND owner = $4`;

const RELEASE = `DELETE FROM partition_claims WHERE ${PLACE} AND owner = $4 AND first_offset IS NULL`;

interface FormerRow {
  is_abandoned: boolean;
  first_offset: number | null;
  next_offset: number | null;
  deaths: number;
  triers: readonly string[];
  survivors: readonly string[];
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
    const { is_abandoned: isAbandoned, deaths, triers, survivors } = former;
    const refusedOffsets = former.refused_offsets.map(Number);
    const { first_offset: firstOffset, next_offset: nextOffset } = former;
    if (!isAbandoned || firstOffset === null || nextOffset === null) return { isAbandoned, refusedOffsets };
    const suspects = without(survivors, { firstOffset, nextOffset, deaths: deaths + 1, triers });
    return { isAbandoned, refusedOffsets, ...(suspects && { suspects }) };
  }

  async recount(place: PartitionPlace, suspects: Suspects): Promise<Suspects | undefined> {
    const [row]: Pick<FormerRow, 'survivors'>[] = await this.database.source.query(SURVIVORS, keyOf(place));
    return without(row?.survivors ?? [], suspects);
  }

  async mark(place: PartitionPlace, { firstOffset, nextOffset, deaths, triers }: Suspects): Promise<void> {
    await this.database.source.query(MARK, [
      ...this.parameters(place),
      firstOffset,
      nextOffset,
      deaths,
      triers,
    ]);
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

  private parameters(place: PartitionPlace): unknown[] {
    return [...keyOf(place), this.owner];
  }
}

const keyOf = ({ context, topic, partition }: PartitionPlace): unknown[] => [context, topic, partition];

/** A replica with the code of before has counted its deaths without saying whose they were. */
function without(survivors: readonly string[], suspects: Suspects): Suspects | undefined {
  const triers = suspects.triers.filter((trier) => !survivors.includes(trier));
  const deaths = suspects.deaths - (suspects.triers.length - triers.length);
  return deaths > 0 ? { ...suspects, deaths, triers } : undefined;
}
