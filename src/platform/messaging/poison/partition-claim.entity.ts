import { EntitySchema } from 'typeorm';

/** A process has a partition, for a context; and what it is trying just now, where that is kept. */
interface PartitionClaimRow {
  context: string;
  topic: string;
  partition: number;
  /** Made anew by each process. */
  owner: string;
  /** Of the events that are being tried; null when none are, or when nobody keeps account of it. */
  first_offset: number | null;
  /** The one behind the last of them. */
  next_offset: number | null;
  /** Processes that have ended during earlier tries of these events. */
  deaths: number;
  /** The processes that make these tries, or have. */
  triers: string[];
  /** Processes that lost the partition during a try, and have ended it since: they had not crashed. */
  survivors: string[];
  /** Events that were refused since they end the process, as far as they may come again. */
  refused_offsets: number[];
}

const key = { primary: true, primaryKeyConstraintName: 'pk_partition_claims' };

export const PartitionClaimEntity = new EntitySchema<PartitionClaimRow>({
  name: 'partition_claim',
  tableName: 'partition_claims',
  columns: {
    context: { type: 'text', ...key },
    topic: { type: 'text', ...key },
    partition: { type: 'integer', ...key },
    owner: { type: 'uuid' },
    first_offset: { type: 'bigint', nullable: true },
    next_offset: { type: 'bigint', nullable: true },
    deaths: { type: 'integer', default: 0 },
    triers: { type: 'uuid', array: true, default: [] },
    survivors: { type: 'uuid', array: true, default: [] },
    refused_offsets: { type: 'bigint', array: true, default: [] },
  },
});
