import type { Admin } from 'kafkajs';
import { ConfigResourceTypes } from './kafkajs.js';

/** Kafka's own default of `delete.retention.ms`: a day. */
const DEFAULT_MS = 86_400_000;
const NAME = 'delete.retention.ms';

/**
 * For how long a compacted topic keeps tombstones, in milliseconds (`delete.retention.ms`). Who may not read the topic's
 * configuration is told Kafka's default.
 */
export async function tombstonesKeptMs(admin: Admin, topic: string): Promise<number> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [NAME] }],
    });
    const text = resources[0]?.configEntries.find(({ configName }) => configName === NAME)?.configValue;
    return /^\d+$/.test(text ?? '') ? Number(text) : DEFAULT_MS;
  } catch {
    return DEFAULT_MS;
  }
}
