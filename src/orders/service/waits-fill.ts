import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { Health } from '../../platform/health/health.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { WaitsFillRepository } from '../repository/waits-fill.repository.js';
import { OrderFilling } from './order-filling.js';

/**
 * Sees to it that orders which were there before the tables of what orders wait for are in them, and that promises are noted
 * which a version before has taken in.
 */
@Injectable()
export class WaitsFill {
  constructor(
    fill: WaitsFillRepository,
    health: Health,
    lifecycle: Lifecycle,
    { ROLES }: Environment,
    @Inject(LOGGER) log: Logger,
  ) {
    if (!ROLES.includes('api')) return;
    new OrderFilling({
      walk: fill,
      name: 'waiting',
      purpose: 'what orders wait for',
      lack: 'are not all known to wait or to be disputed yet: they are being looked through',
      log,
    }).runWith(lifecycle, health);
  }
}
