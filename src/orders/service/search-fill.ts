import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { Health } from '../../platform/health/health.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { OrdersSettings } from '../orders.settings.js';
import { type LookPage, SearchFillRepository } from '../repository/search-fill.repository.js';
import { OrderFilling, STEP_ORDERS } from './order-filling.js';

const STEP_NAME = 'the search that is off';

/**
 * Sees to it that orders are found which were stored without the terms that they are searched by: before there was a
 * search, or while it was off. Every process that serves the API does it in turns, beside its work. One without
 * SEARCH notes instead that there will be some, when it comes and when it goes. A process of a version before a search does
 * neither, so the newest orders are looked at all the time.
 */
@Injectable()
export class SearchFill {
  constructor(
    private readonly fill: SearchFillRepository,
    health: Health,
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
    new OrderFilling({
      walk: fill,
      name: 'search',
      purpose: 'the search',
      lack: 'are not all found yet: what they are searched by is being written',
      besides: (filling) => this.lookAtNewest(filling),
      log,
    }).runWith(lifecycle, health);
  }

  /** Those received since the last look, and beyond them until all of a page have their terms. */
  private async lookAtNewest(filling: OrderFilling): Promise<void> {
    const look = await this.fill.takeLook();
    if (look === undefined) return;
    let filled = 0;
    let next: LookPage['next'];
    do {
      const startedAtMs = performance.now();
      const page = await this.fill.look(STEP_ORDERS, next);
      filled += page.filled;
      const isComplete = page.filled === 0 && (page.next?.receivedAtUs ?? 0) < look.completeBeforeUs;
      next = isComplete ? undefined : page.next;
      if (next !== undefined) await filling.rest(startedAtMs);
    } while (next !== undefined && !filling.isStopping);
    if (next === undefined) await this.fill.endLook(look);
    if (filled > 0)
      this.log.info({ filled }, 'orders were stored without what they are searched by, and have it now');
  }
}
