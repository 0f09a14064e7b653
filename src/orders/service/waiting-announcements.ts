import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { AnnouncementRepository } from '../repository/announcement.repository.js';
import { LifeIntake } from './life-intake.js';

/** Orders that are settled in one transaction. */
const BATCH = 200;
const LOOK_EVERY_MS = 1_000;
/** Longer than any transaction that keeps an announcement, or stores an order, can take. */
const MISSED_WITHIN_SECONDS = 120;
/** At the start all are looked at: a process may have ended between an order's commit and the look. */
const EVER_SECONDS = 3_000_000_000;

/**
 * Announcements that were there before their order: settled once it has come. Who stores an order looks after the commit. An
 * announcement that was being kept at that very moment is not seen then, so the latest are looked at again every second.
 */
@Injectable()
export class WaitingAnnouncements {
  private readonly orderUids = new Set<string>();
  private withinSeconds = EVER_SECONDS;
  private working: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(
    private readonly announcements: AnnouncementRepository,
    private readonly intake: LifeIntake,
    lifecycle: Lifecycle,
    { ROLES }: Environment,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    if (!ROLES.includes('consumer')) return;
    lifecycle.beforeReady('announcements that wait for orders', () => {
      this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
      return Promise.resolve();
    });
    lifecycle.onDrain('announcements that wait for orders', async () => {
      this.ended = true;
      clearInterval(this.timer);
      await this.working;
    });
  }

  /** These orders have been committed. Nobody waits for what follows. */
  arrived(orderUids: readonly string[]): void {
    if (orderUids.length === 0 || this.ended) return;
    for (const orderUid of orderUids) this.orderUids.add(orderUid);
    this.work(false);
  }

  private look(): void {
    this.work(true);
  }

  private work(isLook: boolean): void {
    this.working ??= this.settleAll(isLook)
      .catch((error: unknown) => {
        this.log.warn(
          { err: error },
          'announcements that wait for orders could not be taken in; trying again',
        );
      })
      .finally(() => {
        this.working = undefined;
        if (this.orderUids.size > 0 && !this.ended) setImmediate(() => this.work(false));
      });
  }

  private async settleAll(isLook: boolean): Promise<void> {
    const arrived = [...this.orderUids].slice(0, BATCH);
    for (const orderUid of arrived) this.orderUids.delete(orderUid);
    if (arrived.length > 0) await this.settle(await this.announcements.awaited(arrived));
    if (!isLook) return;
    for (let found = BATCH; found === BATCH && !this.ended;) {
      const missed = await this.announcements.missed(this.withinSeconds, BATCH);
      found = missed.length;
      await this.settle(missed);
    }
    this.withinSeconds = MISSED_WITHIN_SECONDS;
  }

  private async settle(orderUids: readonly string[]): Promise<void> {
    if (orderUids.length > 0) await this.intake.settle(orderUids);
  }
}
