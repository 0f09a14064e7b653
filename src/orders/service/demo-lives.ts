import { Inject, Injectable } from '@nestjs/common';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../platform/config/environment.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { DirectMessages } from '../../platform/messaging/direct-messages.js';
import { Topics } from '../../platform/messaging/topics.js';
import type { Order } from '../model/order.js';
import { LIFE_KIND_NAMES, type LifeKindName } from '../producer/lives/life-kinds.js';
import { messageOf } from '../producer/lives/life-message.js';
import { orderForLife } from '../producer/lives/life-order.js';
import { type LifeEvent, planLife } from '../producer/lives/life-plan.js';
import { TestOrders } from '../producer/test-orders.js';
import { StatusSubmission } from './status-submission.js';

/** Lives that are played at a time; each sends about ten messages, and at most thirty. */
export const MAX_LIVES = 100;
const LIFE_MS = 30_000;
const AGAIN_MS = 500;
const MAX_ATTEMPTS = 60;

/** Who takes what is sent to a topic of theirs; nothing is sent to who does not run here. */
const TAKER = { payments: 'payments', 'delivery-events': 'tracking' } as const;

const kindAt = (place: number): LifeKindName => LIFE_KIND_NAMES[place % LIFE_KIND_NAMES.length]!;

/** What a life asks of an order that has not come from its topic yet. */
class OrderNotThereError extends Error {
  override readonly name = 'OrderNotThereError';

  constructor(orderUid: string) {
    super(`the order ${orderUid} has not come yet`);
  }
}

/**
 * Plays lives of made-up orders out in this process, for demonstrations. They are held in memory alone: a stop cuts off those
 * that are under way.
 */
@Injectable()
export class DemoLives {
  /** How long a life takes; shorter in tests. */
  lifeMs = LIFE_MS;
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  /** When each place for a life is free again. */
  private readonly ends: number[] = [];

  constructor(
    private readonly testOrders: TestOrders,
    private readonly messages: DirectMessages,
    private readonly topics: Topics,
    private readonly statuses: StatusSubmission,
    private readonly environment: Environment,
    lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    // Each life that sleeps listens.
    setMaxListeners(0, this.stopping.signal);
    lifecycle.onDrain('lives of made-up orders', async () => {
      this.stopping.abort();
      await Promise.all(this.underWay);
    });
  }

  /**
   * Sends made-up orders, and then what happens to them. They take turns at the kinds of lives, so the first three pass through
   * every state that there is.
   *
   * @param count up to {@link MAX_LIVES}
   * @returns the ids of the orders, which are on their way once this resolves
   * @throws TooBusyError when too many lives are under way, and as {@link TestOrders.send} does
   */
  async begin(count: number): Promise<string[]> {
    const endsAtMs = this.takePlaces(count);
    const orders: Order[] = [];
    try {
      const orderUids = await this.testOrders.send(count, (place) => {
        return (orders[place] = orderForLife(Math.random, kindAt(place)));
      });
      orders.forEach((order, place) => this.follow(this.play(order, kindAt(place)), endsAtMs));
      return orderUids;
    } catch (error) {
      for (let place = 0; place < count; place++) this.freePlace(endsAtMs);
      throw error;
    }
  }

  private takePlaces(count: number): number {
    const now = performance.now();
    const tooMany = this.ends.length + count - MAX_LIVES;
    if (tooMany > 0) {
      const freeAtMs = [...this.ends].sort((one, other) => one - other)[tooMany - 1] ?? now;
      const seconds = Math.max(1, Math.ceil((freeAtMs - now) / 1_000));
      throw new TooBusyError(`at most ${MAX_LIVES} lives of made-up orders are played at a time`, seconds);
    }
    const endsAtMs = now + this.lifeMs;
    this.ends.push(...Array.from({ length: count }, () => endsAtMs));
    return endsAtMs;
  }

  private freePlace(endsAtMs: number): void {
    this.ends.splice(this.ends.indexOf(endsAtMs), 1);
  }

  private follow(life: Promise<void>, endsAtMs: number): void {
    const followed = life.finally(() => {
      this.underWay.delete(followed);
      this.freePlace(endsAtMs);
    });
    this.underWay.add(followed);
  }

  /** Never rejects: nobody waits for it but a stop. */
  private async play(order: Order, kind: LifeKindName): Promise<void> {
    const { signal } = this.stopping;
    const beganAtMs = performance.now();
    try {
      for (const { atMs, event } of planLife(Math.random, order, { kind, lengthMs: this.lifeMs })) {
        await sleep(Math.max(0, beganAtMs + atMs - performance.now()), undefined, { signal });
        await this.sendForSure(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.log.warn({ err: error, order_uid: order.order_uid }, 'the life of a made-up order is cut off');
    }
  }

  /** What fails is tried again, since those who take it know what comes twice. @throws what failed, after half a minute */
  private async sendForSure(event: LifeEvent): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.send(event);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || this.stopping.signal.aborted) throw error;
      }
      await sleep(AGAIN_MS, undefined, { signal: this.stopping.signal });
    }
  }

  private async send(event: LifeEvent): Promise<void> {
    if (event.to === 'status') {
      const { orderUid, status } = event;
      const { outcome } = await this.statuses.submit({ orderUid, status, reason: 'a made-up life' }, 0);
      // What is refused is part of the life.
      if (outcome === 'absent') throw new OrderNotThereError(orderUid);
      return;
    }
    const message = messageOf(event)!;
    // The order itself was sent before.
    if (message.topic === 'orders' || !this.environment.CONTEXTS.includes(TAKER[message.topic])) return;
    const { topic, key, value } = message;
    await this.messages.send(
      [
        {
          topic: this.topics.deployedName(topic),
          key,
          aggregateType: 'order',
          type: 'order.test',
          value,
        },
      ],
      this.stopping.signal,
    );
  }
}
