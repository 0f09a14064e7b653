import type { ReadPosition } from '../../platform/messaging/replays.js';

export interface SnapshotHead {
  readonly topic: string;
  readonly takenAtMs: number;
  /** by partition */
  readonly positions: ReadonlyMap<number, ReadPosition>;
}

/** Changes with every change of what stands in the file. */
const FORMAT = 'waybill customers 1';

interface WrittenHead {
  readonly format: string;
  readonly topic: string;
  readonly takenAtMs: number;
  readonly positions: readonly WrittenPosition[];
}

/** 64 bits as decimal digits, bytes in base64. */
interface WrittenPosition {
  readonly partition: number;
  readonly next: number;
  readonly anchor?: { readonly offset: number; readonly time: string; readonly key: string | null };
}

export function encodeHead({ topic, takenAtMs, positions }: SnapshotHead): Buffer {
  const written: WrittenHead = {
    format: FORMAT,
    topic,
    takenAtMs,
    positions: Array.from(positions, ([partition, { next, anchor }]) => ({
      partition,
      next,
      ...(anchor && {
        anchor: { ...anchor, time: String(anchor.time), key: anchor.key?.toString('base64') ?? null },
      }),
    })),
  };
  return Buffer.from(JSON.stringify(written));
}

/** @returns undefined for the head of a file of another format */
export function decodeHead(bytes: Buffer): SnapshotHead | undefined {
  const { format, topic, takenAtMs, positions } = JSON.parse(bytes.toString()) as WrittenHead;
  if (format !== FORMAT) return undefined;
  return { topic, takenAtMs, positions: new Map(positions.map(decodePosition)) };
}

function decodePosition({ partition, next, anchor }: WrittenPosition): [number, ReadPosition] {
  if (anchor === undefined) return [partition, { next }];
  const key = anchor.key === null ? null : Buffer.from(anchor.key, 'base64');
  return [partition, { next, anchor: { offset: anchor.offset, time: BigInt(anchor.time), key } }];
}
