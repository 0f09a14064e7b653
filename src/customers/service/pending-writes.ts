import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { lastValueOf } from '../../platform/messaging/event-headers.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import type { PutOutcome, RemoveOutcome } from '../cache/customer-table.js';

/** Header of a record that somebody waits for who asked for it over HTTP. */
const WRITE_ID_HEADER = 'waybill_write_id';

/** What became of a record that was written here. */
export type WriteOutcome = PutOutcome | RemoveOutcome | 'refused';

/** A write, from when it is sent until it is read back. */
export interface PendingWrite {
  /** To be sent along. */
  readonly headers: Readonly<Record<string, string>>;
  /** Resolves once this process has read it back. */
  readonly applied: Promise<WriteOutcome>;
  /** Nobody waits any more. */
  close(): void;
}

/** Writes of this process that are on their way through the topic. */
@Injectable()
export class PendingWrites {
  private readonly waiting = new Map<string, (outcome: WriteOutcome) => void>();

  open(): PendingWrite {
    const id = randomUUID();
    const applied = new Promise<WriteOutcome>((resolve) => this.waiting.set(id, resolve));
    return { headers: { [WRITE_ID_HEADER]: id }, applied, close: () => this.waiting.delete(id) };
  }

  /** An event has been read, whoever sent it. The first outcome counts: read once more it is outdated. */
  applied({ headers }: Pick<ReceivedEvent, 'headers'>, outcome: WriteOutcome): void {
    if (this.waiting.size === 0) return;
    this.waiting.get(lastValueOf(headers, WRITE_ID_HEADER)?.toString() ?? '')?.(outcome);
  }
}
