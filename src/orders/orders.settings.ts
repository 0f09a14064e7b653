import { IsOptional } from 'class-validator';
import type { Environment } from '../platform/config/environment.js';
import { isLoopbackHost } from '../platform/config/loopback-host.js';
import { KafkaName, OneOf, WholeNumber } from '../platform/config/setting-kinds.js';
import { settingGroup } from '../platform/config/setting-group.js';

/** Their names have no prefix: they were there before there was another context. */
export class OrdersSettings {
  @KafkaName() KAFKA_TOPIC: string = 'orders';
  @KafkaName() KAFKA_STATUS_TOPIC: string = 'order-status';
  @KafkaName() KAFKA_DEAD_LETTER_TOPIC: string = 'orders.dead-letter';
  @WholeNumber(0, 10_000_000) CACHE_WARM_ORDERS: number = 10_000;
  @IsOptional() @OneOf(['on', 'off']) DEMO?: 'on' | 'off' = undefined;
  @WholeNumber(1, 1_000_000_000) DEMO_ORDERS_PER_HOUR: number = 100_000;
  @OneOf(['on', 'off']) SEARCH: 'on' | 'off' = 'on';
  @WholeNumber(1, 100) EXPORTS_MAX: number = 2;
  @WholeNumber(1, 86_400) EXPORT_MAX_SECONDS: number = 3_600;
  @WholeNumber(0, 525_600) WAITING_CONFIRMATION_MINUTES: number = 15;
  @WholeNumber(0, 8_760) WAITING_SHIPMENT_HOURS: number = 48;
  @WholeNumber(0, 8_760) WAITING_DELIVERY_HOURS: number = 168;
  @OneOf(['warn', 'strict']) ORDER_TOTALS: 'warn' | 'strict' = 'warn';
}

/** Where others can reach the port, nobody makes orders up unless the setting says so. */
export const mayMakeOrdersUp = (
  { DEMO }: Pick<OrdersSettings, 'DEMO'>,
  { SERVER_HOST }: Pick<Environment, 'SERVER_HOST'>,
): boolean => (DEMO === undefined ? isLoopbackHost(SERVER_HOST) : DEMO === 'on');

export const ORDERS_SETTINGS = settingGroup(OrdersSettings, {
  context: 'orders',
  descriptions: {
    KAFKA_TOPIC: 'Topic that order events come in on',
    KAFKA_STATUS_TOPIC: 'Topic that status events go out on',
    KAFKA_DEAD_LETTER_TOPIC: 'Topic that refused events go to',
    CACHE_WARM_ORDERS: 'Newest orders loaded into memory at start',
    DEMO: 'Whether POST /api/orders/test makes orders up (on) or is refused (off); without it on where SERVER_HOST is a loopback address, and off elsewhere',
    DEMO_ORDERS_PER_HOUR:
      'Orders that POST /api/orders/test makes up in an hour at most; beyond it it gets a 503',
    SEARCH:
      'Whether orders are found by what people know of them (on), or nothing is kept for that (off); the same for all processes',
    EXPORTS_MAX: 'Exports of orders that are sent at once; beyond it GET /api/exports/orders gets a 503',
    EXPORT_MAX_SECONDS:
      'Seconds that an export of orders may take; then it is cut off, so that whoever reads it very slowly keeps nobody else from theirs',
    WAITING_CONFIRMATION_MINUTES: 'Minutes after which an order that is not confirmed waits too long',
    WAITING_SHIPMENT_HOURS: 'Hours after which an order that is confirmed and not shipped waits too long',
    WAITING_DELIVERY_HOURS: 'Hours after which an order that is shipped and not delivered waits too long',
    ORDER_TOTALS: 'What becomes of an order whose totals do not add up: marked (warn) or refused (strict)',
  },
  listedAfter: {
    KAFKA_TOPIC: 'KAFKA_BROKERS',
    CACHE_WARM_ORDERS: 'CACHE_ABSENT_TTL_SECONDS',
    DEMO: 'IDEMPOTENCY_KEYS_MAX',
  },
  faultsBetween({ KAFKA_TOPIC, KAFKA_STATUS_TOPIC, KAFKA_DEAD_LETTER_TOPIC }) {
    const topics = [KAFKA_TOPIC, KAFKA_STATUS_TOPIC, KAFKA_DEAD_LETTER_TOPIC];
    if (new Set(topics).size === topics.length) return [];
    return [
      `KAFKA_TOPIC, KAFKA_STATUS_TOPIC and KAFKA_DEAD_LETTER_TOPIC are ${topics.join(', ')}: expected three different names`,
    ];
  },
});
