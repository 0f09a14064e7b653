import { Injectable } from '@nestjs/common';
import { REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import type { Announcement, Owner } from '../model/announcement.js';
import { AnnouncementRepository, type KeptAnnouncement } from '../repository/announcement.repository.js';
import { LifeRepository } from '../repository/life.repository.js';
import { LifeChanges } from './life-changes.js';
import { LifeWriter } from './life-writer.js';

/**
 * A batch that waits for an order which somebody else has locked holds the others: for less than the requests for those are
 * ready to wait.
 */
const LOCK_MS = REQUEST_LOCK_MS / 2;
const US_PER_MS = 1_000;
const nowUs = (): number => Date.now() * US_PER_MS;

/** Takes in what the owners of states announce: a batch in one transaction, without a query for each order. */
@Injectable()
export class LifeIntake {
  constructor(
    private readonly database: Database,
    private readonly lives: LifeRepository,
    private readonly announcements: AnnouncementRepository,
    private readonly writer: LifeWriter,
    private readonly deadLetters: DeadLetters,
  ) {}

  /**
   * Takes announcements of one owner in, in their order. One whose number is not above that of the last one changes nothing;
   * one whose order is not there is kept for it.
   */
  async receive(
    owner: Owner,
    announced: readonly Announcement[],
    refused: readonly RefusedEvent[],
  ): Promise<void> {
    const changes = await this.database.transaction(
      async (tx) => {
        const taken = await this.take(tx, owner, announced);
        await this.deadLetters.append(tx, refused);
        return taken;
      },
      { lockMs: LOCK_MS },
    );
    this.writer.committed(changes);
  }

  /** Takes in what has waited for these orders. */
  async settle(orderUids: readonly string[]): Promise<void> {
    const changes = await this.database.transaction(
      async (tx) => {
        const atUs = nowUs();
        const held = await this.lives.lock(tx, orderUids);
        const there = [...held.keys()];
        const waiting = await this.announcements.waitingFor(tx, there);
        const settled = new LifeChanges(held, atUs);
        for (const one of waiting) settled.hear(settled.orderOf(one.orderUid)!, one);
        await this.writer.write(tx, settled);
        await this.announcements.keep(
          tx,
          waiting.map((announcement) => ({ announcement, waiting: false, atUs })),
        );
        return settled;
      },
      { lockMs: LOCK_MS },
    );
    this.writer.committed(changes);
  }

  private async take(
    tx: Transaction,
    owner: Owner,
    announced: readonly Announcement[],
  ): Promise<LifeChanges> {
    const atUs = nowUs();
    const orderUids = [...new Set(announced.map(({ orderUid }) => orderUid))];
    const held = orderUids.length === 0 ? new Map<string, never>() : await this.lives.lock(tx, orderUids);
    const changes = new LifeChanges(held, atUs);
    if (orderUids.length === 0) return changes;
    const numbers = await this.announcements.numbers(tx, owner, orderUids);
    const last = new Map<string, KeptAnnouncement>();
    for (const announcement of announced) {
      const { orderUid, number } = announcement;
      if (number <= (numbers.get(orderUid) ?? 0)) continue;
      numbers.set(orderUid, number);
      const order = changes.orderOf(orderUid);
      last.set(orderUid, { announcement, waiting: order === undefined, atUs });
      if (order !== undefined) changes.hear(order, announcement);
    }
    await this.writer.write(tx, changes);
    await this.announcements.keep(tx, [...last.values()]);
    return changes;
  }
}
