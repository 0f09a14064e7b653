import type { TopicRefusals } from './connections/topic-refusals.js';
import { FETCH_ANSWER, type TopicError } from './kafkajs-refusals.js';

/** How long metadata is good for that lacks a topic. */
const PARTIAL_METADATA_MS = 5_000;

interface Metadata {
  readonly topicMetadata: { topic: string; topicErrorCode: number; partitionMetadata: never[] }[];
}

interface BrokerPool {
  metadata: Metadata;
  metadataExpireAt: number;
  refreshMetadata(topics: readonly string[]): Promise<void>;
}

/** kafkajs hands the socket factory through to the cluster, and an isolation level to that of a consumer alone. */
interface ClusterOptions {
  readonly isolationLevel?: number;
  readonly socketFactory: { readonly refusals?: TopicRefusals };
}

interface Cluster {
  readonly brokerPool: BrokerPool;
}
type ClusterClass = new (options: ClusterOptions) => Cluster;

/** What consumers have been refused, by the cluster of each. */
const refusalsOf = new WeakMap<object, TopicRefusals>();

/**
 * kafkajs gets no metadata at all when one of several topics may not be looked at. To a consumer such a topic has no
 * partitions, until it may; it joins its group again then.
 */
export function hidingForbiddenTopics(Original: ClusterClass): ClusterClass {
  return class extends Original {
    constructor(options: ClusterOptions) {
      super(options);
      const { isolationLevel, socketFactory } = options;
      if (isolationLevel === undefined || socketFactory.refusals === undefined) return;
      refusalsOf.set(this, socketFactory.refusals);
      hideIn(this.brokerPool, socketFactory.refusals);
    }
  };
}

function hideIn(pool: BrokerPool, refusals: TopicRefusals): void {
  const refresh = pool.refreshMetadata.bind(pool);
  let hidden: readonly string[] = [];
  pool.refreshMetadata = async (topics) => {
    const refused: string[] = [];
    let asked = topics;
    for (let isDone = false; !isDone;) {
      try {
        await refresh(asked);
        isDone = true;
      } catch (error) {
        const { topics: named = [] } = error as TopicError;
        const left = asked.filter((topic) => !named.includes(topic));
        // Without a topic, Kafka tells of all that there are.
        if (left.length === 0 || left.length === asked.length) throw error;
        refused.push(...named);
        asked = left;
      }
    }
    refusals.allow(hidden.filter((topic) => asked.includes(topic)));
    hidden = refused;
    if (refused.length === 0) return;
    refusals.refuse(refused);
    for (const topic of refused) {
      pool.metadata.topicMetadata.push({ topic, topicErrorCode: 0, partitionMetadata: [] });
    }
    pool.metadataExpireAt = Date.now() + PARTIAL_METADATA_MS;
  };
}

type TopicPartitions = readonly { readonly topic: string; readonly partitions: readonly number[] }[];

interface ConsumerGroup {
  readonly cluster: object;
  assigned(): TopicPartitions;
  fetch(nodeId: unknown): Promise<unknown[]>;
  filterPartitionsByNode(nodeId: unknown, partitions: TopicPartitions): TopicPartitions;
  getActiveTopicPartitions(): Record<string, ReadonlySet<number>>;
}
type ConsumerGroupClass = new (...parts: never[]) => ConsumerGroup;

/** kafkajs gives up a whole fetch when one of its topics may not be read. Such a topic is left out for a while. */
export function leavingOutForbiddenTopics(Original: ConsumerGroupClass): ConsumerGroupClass {
  return class extends Original {
    override async fetch(nodeId: unknown): Promise<unknown[]> {
      const refusals = refusalsOf.get(this.cluster);
      const tried = refusals === undefined ? [] : this.triedAgain(nodeId, refusals);
      try {
        const batches = await super.fetch(nodeId);
        refusals?.allow(tried);
        return batches;
      } catch (error) {
        const { topics = [], answerTo } = error as TopicError;
        if (refusals === undefined || topics.length === 0 || answerTo !== FETCH_ANSWER) throw error;
        refusals.refuse(topics);
        return [];
      }
    }

    override getActiveTopicPartitions(): Record<string, ReadonlySet<number>> {
      const active = super.getActiveTopicPartitions();
      const refusals = refusalsOf.get(this.cluster);
      if (refusals === undefined) return active;
      return Object.fromEntries(
        Object.entries(active).map(([topic, partitions]) => [
          topic,
          refusals.isWaiting(topic) ? new Set<number>() : partitions,
        ]),
      );
    }

    /** Topics that were refused, and that the next fetch of this broker asks for again. */
    private triedAgain(nodeId: unknown, refusals: TopicRefusals): string[] {
      const refused = new Set(refusals.among(this.assigned().map(({ topic }) => topic)));
      if (refused.size === 0) return [];
      const due = this.assigned().filter(({ topic }) => refused.has(topic) && !refusals.isWaiting(topic));
      return this.filterPartitionsByNode(nodeId, due).flatMap(({ topic, partitions }) =>
        partitions.length > 0 ? [topic] : [],
      );
    }
  };
}
