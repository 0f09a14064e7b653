import { randomBytes } from 'node:crypto';
import { type Admin, type Kafka, type Message, Partitioners } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';

export const PARTITIONS = 4;
const SEND_MESSAGES = 1_000;
const KNOWN_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 100;

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
  await createNamed(kafka, Object.values(topics));
  return { ...topics, groupId: round };
}

/** Makes topics with as many partitions as the program would give them. */
export async function createNamed(kafka: Kafka, names: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({
      waitForLeaders: false,
      topics: names.map((topic) => ({ topic, numPartitions: PARTITIONS, replicationFactor: 1 })),
    });
    await untilKnown(admin, names);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs itself would wait for leaders, and give up where a busy broker does not know the topics at all yet. */
async function untilKnown(admin: Admin, topics: readonly string[]): Promise<void> {
  for (const deadlineMs = Date.now() + KNOWN_WITHIN_MS; ; await pause(LOOK_EVERY_MS)) {
    try {
      await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
      return;
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
    }
  }
}

/** Deletes all topics of a round, those among them that the program has made for itself. */
export async function deleteTopics(kafka: Kafka, { groupId }: Pick<RoundTopics, 'groupId'>): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${groupId}.`));
    await admin.deleteTopics({ topics });
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
