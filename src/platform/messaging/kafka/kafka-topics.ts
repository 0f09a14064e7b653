import type { ITopicConfig } from 'kafkajs';
import type { Environment } from '../../config/environment.js';
import type { Logger } from '../../logging/logger.js';
import type { Topics } from '../topics.js';
import type { KafkaClient } from './kafka-client.js';

/** A dead letter holds a whole message of up to 1 MiB and its headers; Kafka's default leaves no room for those. */
export const LARGE_MESSAGE_BYTES = 2 * 1_048_576;

/**
 * Creates the topics that are not there, with the partitions and replicas that the settings name. What we may not look at is not
 * there to us.
 *
 * @throws ConnectionFaultError where it cannot be done as the settings are; some topics may have been created then
 */
export async function createMissingTopics(
  kafka: KafkaClient,
  names: Topics,
  environment: Environment,
  log: Logger,
): Promise<void> {
  const admin = kafka.admin();
  let missing: readonly string[] = [];
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    missing = names.all().filter((topic) => !existing.has(topic));
    if (missing.length === 0) return;
    // They may all be there, where we may not look at them.
    const isCreated = await admin.createTopics({
      waitForLeaders: true,
      topics: topicConfigs(missing, names, environment),
    });
    if (isCreated) log.info({ topics: missing }, 'topics created');
  } catch (error) {
    throw kafka.connections.explain(error, { operation: 'CREATE', topics: missing });
  } finally {
    await admin.disconnect();
  }
}

/** Topics of ours as they are made. @param topics deployed names */
export function topicConfigs(
  topics: readonly string[],
  names: Topics,
  environment: Pick<Environment, 'KAFKA_PARTITIONS' | 'KAFKA_REPLICATION_FACTOR'>,
): ITopicConfig[] {
  const large = names.large();
  const compacted = names.compacted();
  return topics.map((topic) => ({
    topic,
    numPartitions: environment.KAFKA_PARTITIONS,
    replicationFactor: environment.KAFKA_REPLICATION_FACTOR,
    configEntries: [
      ...(large.has(topic) ? [{ name: 'max.message.bytes', value: String(LARGE_MESSAGE_BYTES) }] : []),
      ...(compacted.has(topic) ? [{ name: 'cleanup.policy', value: 'compact' }] : []),
    ],
  }));
}
