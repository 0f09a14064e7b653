import { randomUUID } from 'node:crypto';

/** Settings of topics and a group that no other program on the broker has. */
export interface OwnTopics {
  readonly topic: string;
  readonly statusTopic: string;
  readonly deadLetterTopic: string;
  readonly group: string;
  readonly settings: Record<string, string>;
}

export function ownTopics(brokers: string, { partitions = 1 } = {}): OwnTopics {
  const id = randomUUID().slice(0, 8);
  const names = {
    topic: `orders-${id}`,
    statusTopic: `order-status-${id}`,
    deadLetterTopic: `orders-${id}.dead-letter`,
    group: `orders-group-${id}`,
  };
  const settings = {
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: names.topic,
    KAFKA_STATUS_TOPIC: names.statusTopic,
    KAFKA_DEAD_LETTER_TOPIC: names.deadLetterTopic,
    KAFKA_GROUP_ID: names.group,
    KAFKA_PARTITIONS: String(partitions),
  };
  return { ...names, settings };
}
