import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { lastValueOf } from '../../platform/messaging/event-headers.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';

/** Header of a record that somebody waits for who asked for it over HTTP. */
const WRITE_ID_HEADER = 'waybill_write_id';

/** A write, from when it is sent until it is read back. */
export interface PendingWrite {
  /** To be sent along. */
  readonly headers: Readonly<Record<string, string>>;
  /** Resolves once this process has read it back. */
  readonly applied: Promise<void>;
  /** Nobody waits any more. */
  close(): void;
}

/** Writes of this process that are on their way through the topic. */
@Injectable()
export class PendingWrites {
  private readonly waiting = new Map<string, () => void>();

  open(): PendingWrite {
    const id = randomUUID();
    const applied = new Promise<void>((resolve) => this.waiting.set(id, resolve));
    return { headers: { [WRITE_ID_HEADER]: id }, applied, close: () => this.waiting.delete(id) };
  }

  /** An event has had its effect, whoever sent it. */
  applied({ headers }: ReceivedEvent): void {
    if (this.waiting.size === 0) return;
    this.waiting.get(lastValueOf(headers, WRITE_ID_HEADER)?.toString() ?? '')?.();
  }
}
