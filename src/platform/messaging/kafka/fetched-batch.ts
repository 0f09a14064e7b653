import type { FetchedRecord } from './event-of-record.js';
import { readRecords } from './record-reading.js';
import type { RecordBatch } from './record-batch.js';
import { UndecodableBatchError } from './undecodable-batch.error.js';

/** What kafkajs gives for a partition of a fetch, with what `decodeMessages` made of its records. */
interface PartitionData {
  readonly partition: number;
  readonly highWatermark: string;
  readonly abortedTransactions?: readonly AbortedTransaction[];
  readonly messages: FetchedRecords;
}

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Record batches, or the messages of a format before them, which kafkajs has decoded. */
export type FetchedRecords = readonly (RecordBatch | FetchedRecord)[];

export interface PartLimits {
  readonly maxEvents: number;
  /** A single record may have more. */
  readonly maxBytes: number;
  /** What a compressed batch may inflate to. */
  readonly maxInflatedBytes: number;
}

export interface Part {
  readonly records: readonly FetchedRecord[];
  /** The offset to commit once these are processed; it also passes control records and aborted ones. */
  readonly nextOffset: number;
  readonly bytes: number;
}

const ABORT_MARKER_TYPE = 0;
/** Of a control record's key: behind its version. */
const MARKER_TYPE_AT = 2;

/**
 * Replaces kafkajs's `Batch`, the part of a fetch that belongs to one partition. kafkajs decodes the records of all
 * partitions at once, so that one undecodable record costs the whole fetch. It drops the offsets of control and aborted
 * records, so that none can be committed beyond them. And it delivers some aborted records: it takes two
 * transactions that began before the first record of the fetch for one.
 */
export class FetchedBatch {
  readonly partition: number;
  readonly highWatermark: string;
  /** For kafkajs, which counts them; they are read by `parts`. */
  readonly messages: readonly never[] = [];
  private readonly fetchedOffset: number;
  private readonly recordBatches: readonly RecordBatch[];
  private readonly oldMessages: readonly FetchedRecord[];
  private readonly abortedTransactions: readonly AbortedTransaction[];

  constructor(
    readonly topic: string,
    fetchedOffset: string,
    data: PartitionData,
  ) {
    this.partition = data.partition;
    this.highWatermark = data.highWatermark;
    this.fetchedOffset = Number(fetchedOffset);
    this.recordBatches = data.messages.filter((one) => 'recordCount' in one);
    this.oldMessages = data.messages.filter((one): one is FetchedRecord => !('recordCount' in one));
    this.abortedTransactions = data.abortedTransactions ?? [];
  }

  /** Bytes that it holds in memory. */
  get bytes(): number {
    return this.recordBatches.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** What kafkajs asks whether to pass over a batch: never, unless nothing came at all. */
  isEmpty(): boolean {
    return this.recordBatches.length === 0 && this.oldMessages.length === 0;
  }

  isEmptyDueToFiltering(): boolean {
    return false;
  }

  firstOffset(): string {
    return String(this.fetchedOffset);
  }

  lastOffset(): string {
    return String(this.recordBatches.at(-1)?.lastOffset ?? Number(this.highWatermark) - 1);
  }

  offsetLag(): string {
    return String(Number(this.highWatermark) - 1 - Number(this.lastOffset()));
  }

  offsetLagLow(): string {
    return String(Math.max(0, Number(this.highWatermark) - 1 - this.fetchedOffset));
  }

  /**
   * The records that were committed, in their order, a part at a time.
   *
   * @throws UndecodableBatchError behind the last part that can be read
   */
  async *parts(limits: PartLimits): AsyncGenerator<Part> {
    const part = new PartBuilder(limits, this.fetchedOffset);
    for (const record of this.oldMessages) {
      if (Number(record.offset) < this.fetchedOffset) continue;
      if (part.isFullFor(record)) yield part.finish();
      part.add(record);
    }
    const aborted = new AbortedProducers(this.abortedTransactions);
    for (const batch of this.recordBatches) {
      if (batch.lastOffset < this.fetchedOffset && batch.fault === undefined) continue;
      try {
        if (await aborted.leavesOut(batch)) {
          part.passOver(batch);
          continue;
        }
        for await (const records of readRecords(batch, limits.maxInflatedBytes)) {
          for (const record of records) {
            if (Number(record.offset) < this.fetchedOffset) continue;
            if (part.isFullFor(record)) yield part.finish();
            part.add(record);
          }
        }
        part.passOver(batch);
      } catch (error) {
        if (part.hasNews) yield part.finish();
        throw this.undecodable(batch, part.nextOffset, error as Error);
      }
    }
    if (part.hasNews) yield part.finish();
  }

  private undecodable(batch: RecordBatch, nextOffset: number, cause: Error): UndecodableBatchError {
    const { topic, partition, highWatermark } = this;
    // A batch that is corrupt may be so in what it says of its end.
    const isLikely = batch.lastOffset >= batch.firstOffset && batch.lastOffset < Number(highWatermark);
    const firstOffset = Math.max(batch.firstOffset, nextOffset);
    const lastOffset = Math.max(firstOffset, isLikely ? batch.lastOffset : batch.firstOffset);
    return new UndecodableBatchError({ topic, partition, firstOffset, lastOffset }, cause);
  }
}

/** Gathers records until there are as many as may be handed over at once. */
class PartBuilder {
  private records: FetchedRecord[] = [];
  private bytes = 0;
  nextOffset: number;
  private toldOffset: number;

  constructor(
    private readonly limits: PartLimits,
    fetchedOffset: number,
  ) {
    this.nextOffset = this.toldOffset = fetchedOffset;
  }

  /** Whether there are records, or an offset to commit. */
  get hasNews(): boolean {
    return this.nextOffset > this.toldOffset;
  }

  isFullFor(record: FetchedRecord): boolean {
    const { maxEvents, maxBytes } = this.limits;
    if (this.records.length === 0) return false;
    return this.records.length >= maxEvents || this.bytes + bytesOf(record) > maxBytes;
  }

  add(record: FetchedRecord): void {
    this.records.push(record);
    this.bytes += bytesOf(record);
    this.nextOffset = Number(record.offset) + 1;
  }

  passOver({ lastOffset }: RecordBatch): void {
    this.nextOffset = Math.max(this.nextOffset, lastOffset + 1);
  }

  finish(): Part {
    const { records, nextOffset, bytes } = this;
    this.records = [];
    this.bytes = 0;
    this.toldOffset = nextOffset;
    return { records, nextOffset, bytes };
  }
}

function bytesOf({ key, value }: FetchedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}

/** Tracks, batch by batch, which producers' transactions were aborted. */
class AbortedProducers {
  private readonly toCome: AbortedTransaction[];
  private readonly producers = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.toCome = [...transactions].sort((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  }

  /** Whether the next batch holds no deliverable records: it is a marker, or of an aborted transaction. */
  async leavesOut(batch: RecordBatch): Promise<boolean> {
    const { isControl, isTransactional, producerId, fault } = batch;
    if (fault !== undefined) return false;
    while (this.toCome.length > 0 && Number(this.toCome[0]!.firstOffset) <= batch.lastOffset) {
      this.producers.add(BigInt(this.toCome.shift()!.producerId));
    }
    if (!isControl) return isTransactional && this.producers.has(producerId);
    if (this.producers.has(producerId) && (await isAbortMarker(batch))) this.producers.delete(producerId);
    return true;
  }
}

async function isAbortMarker(batch: RecordBatch): Promise<boolean> {
  for await (const [marker] of readRecords(batch, 0)) {
    const key = marker?.key;
    return key !== null && key !== undefined && key.readInt16BE(MARKER_TYPE_AT) === ABORT_MARKER_TYPE;
  }
  return false;
}
