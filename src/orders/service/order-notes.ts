import { Injectable } from '@nestjs/common';
import { REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { KeyedWrites, type MayBeKeyed } from '../../platform/batching/keyed-writes.js';
import { Database } from '../../platform/database/database.js';
import { OvertakenError } from '../../platform/http/idempotency-keys.js';
import type { NoteReceipt, OrderNote } from '../model/order-note.js';
import { type NewNote, OrderNoteRepository } from '../repository/order-note.repository.js';

export interface NotePage {
  readonly notes: readonly OrderNote[];
  /** The id that the next page is below; not there after the last one. */
  readonly next?: number;
}

/** What support notes of orders. */
@Injectable()
export class OrderNotes {
  constructor(
    private readonly database: Database,
    private readonly keyedWrites: KeyedWrites,
    private readonly notes: OrderNoteRepository,
  ) {}

  /**
   * Resolves once the note is committed, or is not to be kept for a reason that the receipt tells.
   *
   * @throws OvertakenError, and what the database says
   */
  async keep(note: NewNote & MayBeKeyed<NoteReceipt>): Promise<NoteReceipt> {
    const [receipt] = await this.database.transaction(
      (tx) =>
        this.keyedWrites.write<typeof note, NoteReceipt, OvertakenError>(tx, {
          items: [note],
          write: (taken) => Promise.all(taken.map((one) => this.notes.keep(tx, one))),
          overtaken: () => new OvertakenError(),
        }),
      { lockMs: REQUEST_LOCK_MS },
    );
    if (receipt instanceof OvertakenError) throw receipt;
    return receipt!;
  }

  /** Notes below an id, newest first; undefined where there is no such order. */
  async page(orderUid: string, below: number, limit: number): Promise<NotePage | undefined> {
    const notes = await this.notes.page(orderUid, below, limit + 1);
    if (notes === undefined || notes.length <= limit) return notes && { notes };
    return { notes: notes.slice(0, limit), next: notes[limit - 1]!.id };
  }
}
