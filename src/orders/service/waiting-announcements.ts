import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { AnnouncementRepository } from '../repository/announcement.repository.js';
import { LifeIntake } from './life-intake.js';

/** Orders that are settled in one transaction. */
const BATCH = 200;
/** With more, all that wait are looked at instead. */
const MAX_ARRIVED = 50_000;
const LOOK_EVERY_MS = 1_000;
/** Longer than any transaction that keeps an announcement, or stores an order, can take. */
const MISSED_WITHIN_SECONDS = 120;
/** At the start all are looked at: a process may have ended between an order's commit and the look. */
const EVER_SECONDS = 3_000_000_000;

/**
 * Announcements that were there before their order: settled once it has come. Who stores an order looks after the commit,
 * while anything waits at all. An announcement that was being kept at that very moment is not seen then, so the latest are
 * looked at again every second.
 */
@Injectable()
export class WaitingAnnouncements {
  private readonly orderUids = new Set<string>();
  /** As of the last look. What has begun to wait since is found by the next one. */
  private someWait = true;
  private withinSeconds = EVER_SECONDS;
  private working: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private hasToLook = false;
  private ended = false;

  constructor(
    private readonly announcements: AnnouncementRepository,
    private readonly intake: LifeIntake,
    lifecycle: Lifecycle,
    { ROLES }: Environment,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    if (ROLES.includes('consumer')) {
      lifecycle.beforeReady('announcements that wait for orders', () => {
        this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
        return Promise.resolve();
      });
    }
    lifecycle.onDrain('announcements that wait for orders', async () => {
      this.ended = true;
      clearInterval(this.timer);
      await this.working;
    });
  }

  /** These orders have been committed. Nobody waits for what follows. */
  arrived(orderUids: readonly string[]): void {
    if (!this.someWait || orderUids.length === 0) return;
    for (const orderUid of orderUids) this.orderUids.add(orderUid);
    if (this.orderUids.size > MAX_ARRIVED) {
      this.orderUids.clear();
      this.withinSeconds = EVER_SECONDS;
    }
    this.work();
  }

  private look(): void {
    this.hasToLook = true;
    this.work();
  }

  private work(): void {
    this.working ??= this.workOff().finally(() => (this.working = undefined));
  }

  /** Never throws. */
  private async workOff(): Promise<void> {
    try {
      while (!this.ended && (this.hasToLook || this.orderUids.size > 0)) {
        if (this.hasToLook) await this.settleMissed();
        else await this.settleArrived();
      }
    } catch (error) {
      this.log.warn({ err: error }, 'announcements that wait for orders could not be taken in; trying again');
      this.withinSeconds = EVER_SECONDS;
      this.hasToLook = true;
    }
  }

  private async settleArrived(): Promise<void> {
    const some: string[] = [];
    for (const orderUid of this.orderUids) {
      if (some.length === BATCH) break;
      some.push(orderUid);
      this.orderUids.delete(orderUid);
    }
    await this.settle(await this.announcements.awaited(some));
  }

  private async settleMissed(): Promise<void> {
    this.hasToLook = false;
    const within = this.withinSeconds;
    this.withinSeconds = MISSED_WITHIN_SECONDS;
    for (let found = BATCH; found === BATCH && !this.ended;) {
      const missed = await this.announcements.missed(within, BATCH);
      found = missed.length;
      await this.settle(missed);
    }
    this.someWait = await this.announcements.someWait();
  }

  private async settle(orderUids: readonly string[]): Promise<void> {
    if (orderUids.length > 0) await this.intake.settle(orderUids);
  }
}
