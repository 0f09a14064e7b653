import { randomUUID } from 'node:crypto';

/** Settings of topics and a group that no other program on the broker has. */
export interface OwnTopics {
  readonly topic: string;
  readonly statusTopic: string;
  readonly deadLetterTopic: string;
  readonly paymentsTopic: string;
  readonly deliveryTopic: string;
  readonly group: string;
  readonly settings: Record<string, string>;
}

export function ownTopics(brokers: string, { partitions = 1 } = {}): OwnTopics {
  const id = randomUUID().slice(0, 8);
  const names = {
    topic: `orders-${id}`,
    statusTopic: `order-status-${id}`,
    deadLetterTopic: `orders-${id}.dead-letter`,
    paymentsTopic: `payments-${id}`,
    deliveryTopic: `delivery-events-${id}`,
    group: `orders-group-${id}`,
  };
  const settings = {
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: names.topic,
    KAFKA_STATUS_TOPIC: names.statusTopic,
    KAFKA_DEAD_LETTER_TOPIC: names.deadLetterTopic,
    KAFKA_GROUP_ID: names.group,
    KAFKA_PARTITIONS: String(partitions),
    PAYMENTS_TOPIC: names.paymentsTopic,
    PAYMENT_STATUS_TOPIC: `payment-status-${id}`,
    DELIVERY_EVENTS_TOPIC: names.deliveryTopic,
    SHIPMENT_STATUS_TOPIC: `shipment-status-${id}`,
    STOCK_STATUS_TOPIC: `stock-status-${id}`,
    ENTRIES_TOPIC: `cache.persist-${id}`,
    ENTRIES_REHYDRATE_TOPIC: `cache.rehydrate-${id}`,
  };
  return { ...names, settings };
}
