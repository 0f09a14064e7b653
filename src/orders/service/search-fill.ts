import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../platform/config/environment.js';
import { Health } from '../../platform/health/health.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { OrdersSettings } from '../orders.settings.js';
import { type FillState, type FillStep, SearchFillRepository } from '../repository/search-fill.repository.js';

/** Some 20 ms of PostgreSQL's work: as long may an order that is replaced have to wait. */
const STEP_ORDERS = 500;
/** Of the time that a step took, so that half of a core is left to what orders and requests need. */
const REST_SHARE = 1;
/** Until somebody looks whether there is anything to do. */
const LOOK_EVERY_MS = 30_000;
const TOLD_EVERY_ORDERS = 100_000;
const STEP_NAME = 'the fill of the search';

/**
 * Sees to it that orders are found which were stored without the terms that they are searched by: before there was a
 * search, or while it was off. Every process that serves the API does it in turns, beside its work, newest orders first. One without
 * SEARCH notes instead that there will be some, when it comes and when it goes.
 */
@Injectable()
export class SearchFill {
  private readonly stopping = new AbortController();
  private state: FillState = { isFilling: false, beforeReceivedAt: null };
  private work: Promise<void> | undefined;

  constructor(
    private readonly fill: SearchFillRepository,
    private readonly health: Health,
    lifecycle: Lifecycle,
    { SEARCH }: OrdersSettings,
    { ROLES }: Environment,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    if (SEARCH === 'off') {
      lifecycle.beforeReady(STEP_NAME, async () => {
        await this.fill.beginAnew();
        lifecycle.onClose(STEP_NAME, () => this.fill.beginAnew());
      });
      return;
    }
    if (!ROLES.includes('api')) return;
    lifecycle.beforeReady(STEP_NAME, () => {
      this.health.addRemark('search', () => this.remark());
      this.work = this.fillAgainAndAgain();
    });
    lifecycle.onDrain(STEP_NAME, async () => {
      this.stopping.abort();
      await this.work;
    });
  }

  private remark(): { up: boolean; detail?: string } {
    const { isFilling, beforeReceivedAt } = this.state;
    if (!isFilling) return { up: true };
    const since = beforeReceivedAt === null ? '' : ` received before ${beforeReceivedAt.toISOString()}`;
    return {
      up: false,
      detail: `orders${since} are not all found yet: what they are searched by is being written`,
    };
  }

  /** Never throws. */
  private async fillAgainAndAgain(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        this.state = await this.fill.state();
        await this.fillWhatIsMissing();
      } catch (error) {
        if (!signal.aborted)
          this.log.warn({ err: error }, 'orders could not be made ready for the search; trying again');
      }
      await this.pause(LOOK_EVERY_MS);
    }
  }

  /** Until nothing is left to be done for this process. */
  private async fillWhatIsMissing(): Promise<void> {
    let looked = 0;
    let filled = 0;
    for (;;) {
      const startedAtMs = performance.now();
      const step: FillStep = this.stopping.signal.aborted ? undefined : await this.fill.step(STEP_ORDERS);
      if (step === undefined) return;
      looked += step.looked;
      filled += step.filled;
      this.state = await this.fill.state();
      if (step.isRoundOver) {
        this.log.info({ looked, filled }, 'all orders have been looked through for the search');
        return;
      }
      if (looked % TOLD_EVERY_ORDERS === 0) {
        this.log.info({ looked, filled }, 'orders are being looked through for the search');
      }
      await this.pause((performance.now() - startedAtMs) * REST_SHARE);
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
