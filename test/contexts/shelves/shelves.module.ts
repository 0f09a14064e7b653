import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { createClient } from 'redis';
import { Environment } from '../../../src/platform/config/environment.js';
import type { Context } from '../../../src/platform/context.js';
import { ProblemError } from '../../../src/platform/http/problem.js';
import { Lifecycle } from '../../../src/platform/lifecycle.js';
import type { ReceivedEvent } from '../../../src/platform/messaging/received-event.js';
import { Subscribe } from '../../../src/platform/messaging/subscription.js';

const RECONNECT_EVERY_MS = 20;
const SHELF_LOCKED = 'E_SHELF_LOCKED';

/** Which order lies on which shelf, kept in Redis and nowhere else. */
@Injectable()
class Shelves {
  private readonly redis;

  constructor({ REDIS_URL }: Environment, lifecycle: Lifecycle) {
    this.redis = createClient({
      ...(REDIS_URL !== undefined && { url: REDIS_URL }),
      disableOfflineQueue: true,
      socket: { reconnectStrategy: RECONNECT_EVERY_MS },
    }).on('error', () => undefined);
    lifecycle.beforeReady('the shelves', async () => void (await this.redis.connect()));
    lifecycle.onClose('the shelves', () => this.redis.destroy());
  }

  /** @throws what Redis says, and an error that only this context knows while the shelf is locked */
  async put(order: string, shelf: string): Promise<void> {
    if ((await this.redis.exists(`locked:${shelf}`)) === 1) {
      throw Object.assign(new Error(`the shelf ${shelf} is locked`), { code: SHELF_LOCKED });
    }
    await this.redis.set(`shelf-of:${order}`, shelf);
  }

  shelfOf(order: string): Promise<string | null> {
    return this.redis.get(`shelf-of:${order}`);
  }
}

@Controller()
class ShelvesConsumer {
  constructor(private readonly shelves: Shelves) {}

  /** An event's key is the order, and its value the shelf. */
  @Subscribe({ context: 'shelves', topic: 'shelvings', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    for (const { key, value } of events) await this.shelves.put(String(key), String(value));
  }
}

@Controller('api/shelves')
class ShelvesController {
  constructor(private readonly shelves: Shelves) {}

  @Get(':order')
  async find(@Param('order') order: string): Promise<{ shelf: string }> {
    const shelf = await this.shelves.shelfOf(order);
    if (shelf === null) throw new ProblemError(404, `the order ${order} lies on no shelf`);
    return { shelf };
  }
}

@Module({ providers: [Shelves], controllers: [ShelvesConsumer, ShelvesController] })
class ShelvesModule {}

/** A context that leans on Redis alone, and knows errors that nobody else does. */
export const shelves: Context = {
  name: 'shelves',
  entities: [],
  topics: () => ({ shelvings: 'shelvings' }),
  consumes: ['shelvings'],
  classifyFailure: ({ code }) => (code === SHELF_LOCKED ? 'transient' : undefined),
  module: () => ({ module: ShelvesModule }),
};
