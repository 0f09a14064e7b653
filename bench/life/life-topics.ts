import type { Kafka } from 'kafkajs';
import { createNamed, type RoundTopics } from '../topics.js';
import type { ShopContext } from './last-states.js';
import type { LifeTopic } from './life.js';

type ContextBesideOrders = Exclude<ShopContext, 'orders'>;

/** Topics of each context beside orders, by the settings that name them. */
const SETTINGS: Readonly<Record<ContextBesideOrders, Readonly<Record<string, string>>>> = {
  payments: { PAYMENTS_TOPIC: 'payments', PAYMENT_STATUS_TOPIC: 'payment-status' },
  tracking: { DELIVERY_EVENTS_TOPIC: 'delivery-events', SHIPMENT_STATUS_TOPIC: 'shipment-status' },
  inventory: { STOCK_STATUS_TOPIC: 'stock-status' },
};

/** What consumes what: a context's group, and what orders takes in that the context announces. */
export interface ContextTopics {
  readonly context: ShopContext;
  readonly groupId: string;
  readonly consumed: readonly string[];
}

/** The topics of a round on which the contexts of a shop meet. */
export class LifeTopics {
  constructor(
    private readonly round: RoundTopics,
    private readonly contexts: readonly ShopContext[],
  ) {}

  async create(kafka: Kafka): Promise<void> {
    // Orders reads what all owners of states would announce, whether they run here or not.
    const names = Object.values(SETTINGS).flatMap((settings) => Object.values(settings));
    await createNamed(kafka, names.map(this.named));
  }

  /** What the program has to be told to be these contexts on these topics. */
  get settings(): Record<string, string> {
    const settings: Record<string, string> = { CONTEXTS: this.contexts.join(',') };
    for (const context of this.besideOrders) {
      for (const [setting, topic] of Object.entries(SETTINGS[context])) settings[setting] = this.named(topic);
    }
    return settings;
  }

  /** Where events of lives go; those of contexts that are not there go nowhere. */
  get incoming(): Partial<Record<LifeTopic, string>> {
    return {
      orders: this.round.orders,
      ...(this.contexts.includes('payments') && { payments: this.named('payments') }),
      ...(this.contexts.includes('tracking') && { 'delivery-events': this.named('delivery-events') }),
    };
  }

  /** All that is written to, in or out. */
  get all(): string[] {
    const beside = this.besideOrders.flatMap((context) => Object.values(SETTINGS[context]).map(this.named));
    return [this.round.orders, this.round.status, ...beside];
  }

  get consumers(): ContextTopics[] {
    const { orders, status, groupId } = this.round;
    const announced: Readonly<Record<ContextBesideOrders, string>> = {
      payments: 'payment-status',
      tracking: 'shipment-status',
      inventory: 'stock-status',
    };
    const incoming: Readonly<Record<ContextBesideOrders, readonly string[]>> = {
      payments: ['payments'],
      tracking: ['delivery-events'],
      inventory: [],
    };
    return [
      {
        context: 'orders',
        groupId,
        consumed: [orders, ...this.besideOrders.map((context) => this.named(announced[context]))],
      },
      ...this.besideOrders.map((context) => ({
        context,
        groupId: `${groupId}.${context}`,
        consumed: [status, ...incoming[context].map(this.named)],
      })),
    ];
  }

  private get besideOrders(): ContextBesideOrders[] {
    return this.contexts.filter((context) => context !== 'orders');
  }

  private readonly named = (topic: string): string => `${this.round.groupId}.${topic}`;
}
