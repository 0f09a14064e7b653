import { beforeEach, describe, expect, it } from 'vitest';
import { TopicRefusals } from './connections/topic-refusals.js';
import { hidingForbiddenTopics } from './kafkajs-forbidden-topics.js';

const CONSUMER = { isolationLevel: 1 };

describe('the metadata of a client', () => {
  let forbidden: Set<string>;
  let refused: string[];
  let refusals: TopicRefusals;

  /** As kafkajs's, and as a broker that tells which topics of a request are forbidden. */
  class Pool {
    metadata = {
      topicMetadata: [] as { topic: string; topicErrorCode: number; partitionMetadata: never[] }[],
    };
    metadataExpireAt = Infinity;

    refreshMetadata(topics: readonly string[]): Promise<void> {
      const named = topics.filter((topic) => forbidden.has(topic));
      if (named.length > 0) return Promise.reject(Object.assign(new Error('no'), { topics: named }));
      const topicMetadata = topics.map((topic) => ({ topic, topicErrorCode: 0, partitionMetadata: [] }));
      this.metadata = { topicMetadata };
      return Promise.resolve();
    }
  }
  class Cluster {
    readonly brokerPool = new Pool();
  }

  const poolOf = (options: object): Pool => {
    const OfOurs = hidingForbiddenTopics(Cluster);
    return new OfOurs({ socketFactory: { refusals }, ...options }).brokerPool;
  };

  beforeEach(() => {
    forbidden = new Set(['payments']);
    refused = [];
    refusals = new TopicRefusals(
      (topic) => void refused.push(topic),
      (topic) => void (refused = refused.filter((one) => one !== topic)),
    );
  });

  it('is had by a consumer for the topics that it may read, and soon asked for again', async () => {
    const pool = poolOf(CONSUMER);
    await pool.refreshMetadata(['orders', 'payments']);
    expect(pool.metadata.topicMetadata.map(({ topic }) => topic)).toEqual(['orders', 'payments']);
    expect(pool.metadataExpireAt).toBeLessThan(Date.now() + 10_000);
    expect(refused).toEqual(['payments']);
    expect(refusals.isWaiting('payments')).toBe(true);
    forbidden.clear();
    await pool.refreshMetadata(['orders', 'payments']);
    expect(refused).toEqual([]);
    expect(refusals.among(['payments'])).toEqual([]);
  });

  it('is refused where a consumer may read nothing of it', async () => {
    await expect(poolOf(CONSUMER).refreshMetadata(['payments'])).rejects.toThrow('no');
  });

  it('is refused to others than consumers, who act on what they are told', async () => {
    await expect(poolOf({}).refreshMetadata(['orders', 'payments'])).rejects.toThrow('no');
    expect(refused).toEqual([]);
  });
});
