import type { Kafka } from 'kafkajs';
import type { Environment } from '../../config/environment.js';
import type { Logger } from '../../logging/logger.js';
import type { Topics } from '../topics.js';

/** A dead letter holds a whole message of up to 1 MiB and its headers; Kafka's default leaves no room for those. */
export const LARGE_MESSAGE_BYTES = 2 * 1_048_576;

/** Creates the topics that are not there, with the partitions and replicas that the settings name. */
export async function createMissingTopics(
  kafka: Kafka,
  names: Topics,
  environment: Environment,
  log: Logger,
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = names.all().filter((topic) => !existing.has(topic));
    if (missing.length === 0) return;
    const large = names.large();
    const compacted = names.compacted();
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: environment.KAFKA_PARTITIONS,
        replicationFactor: environment.KAFKA_REPLICATION_FACTOR,
        configEntries: [
          ...(large.has(topic) ? [{ name: 'max.message.bytes', value: String(LARGE_MESSAGE_BYTES) }] : []),
          ...(compacted.has(topic) ? [{ name: 'cleanup.policy', value: 'compact' }] : []),
        ],
      })),
    });
    log.info({ topics: missing }, 'topics created');
  } finally {
    await admin.disconnect();
  }
}
