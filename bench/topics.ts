import { randomBytes } from 'node:crypto';
import { type Kafka, type Message, Partitioners } from 'kafkajs';

const PARTITIONS = 4;
const SEND_MESSAGES = 1_000;

/** Topics and a consumer group that a round has to itself. */
export interface RoundTopics {
  readonly orders: string;
  readonly status: string;
  readonly deadLetters: string;
  readonly groupId: string;
}

export async function createTopics(kafka: Kafka): Promise<RoundTopics> {
  const round = `bench-${randomBytes(6).toString('hex')}`;
  const topics = {
    orders: `${round}.orders`,
    status: `${round}.status`,
    deadLetters: `${round}.dead-letter`,
  };
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: Object.values(topics).map((topic) => ({
        topic,
        numPartitions: PARTITIONS,
        replicationFactor: 1,
      })),
    });
  } finally {
    await admin.disconnect();
  }
  return { ...topics, groupId: round };
}

export async function deleteTopics(
  kafka: Kafka,
  { orders, status, deadLetters }: RoundTopics,
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.deleteTopics({ topics: [orders, status, deadLetters] });
  } finally {
    await admin.disconnect();
  }
}

/**
 * Sends messages to a topic, each once, by key, and returns once all are with the broker.
 *
 * @param onSent hears how many are, every now and then
 */
export async function fillTopic(
  kafka: Kafka,
  topic: string,
  messages: readonly Message[],
  onSent: (sent: number) => void = () => undefined,
): Promise<void> {
  // A partition of a new topic may not take anything yet. kafkajs sends the whole request again then, and the others,
  // which have taken theirs, would have it twice.
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  try {
    for (let start = 0; start < messages.length; start += SEND_MESSAGES) {
      await producer.send({ topic, acks: -1, messages: messages.slice(start, start + SEND_MESSAGES) });
      onSent(Math.min(start + SEND_MESSAGES, messages.length));
    }
  } finally {
    await producer.disconnect();
  }
}
