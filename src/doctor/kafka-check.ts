import type { Check, Findings } from '../platform/checks/check.js';
import { reasonOf } from '../platform/checks/check.js';
import type { Environment } from '../platform/config/environment.js';
import { writtenName } from '../platform/config/setting-sources.js';
import { joinHostAndPort, splitHostAndPort } from '../platform/host-and-port.js';
import { createLogger } from '../platform/logging/logger.js';
import { accountOf } from '../platform/messaging/kafka/connections/account.js';
import { KafkaConnections } from '../platform/messaging/kafka/connections/kafka-connections.js';
import { topicShown } from '../platform/messaging/kafka/connections/refusals.js';
import { topicConfigs } from '../platform/messaging/kafka/kafka-topics.js';
import { BrokerInquiry } from '../platform/messaging/kafka/rights/broker-inquiry.js';
import {
  type AdvertisedBroker,
  TOPIC_AUTHORIZATION_FAILED,
  type TopicMetadata,
  UNKNOWN_TOPIC,
} from '../platform/messaging/kafka/rights/metadata.js';
import type { Operation } from '../platform/messaging/kafka/rights/operations.js';
import type { Topics } from '../platform/messaging/topics.js';
import { encryptionOf, lookAtPeer } from './certificate-life.js';
import type { TopicUses } from './topic-uses.js';

/** The brokers, the topics and the groups. */
export function kafkaCheck(environment: Environment, topics: Topics, uses: TopicUses): Check {
  return {
    subject: 'kafka',
    run: async (findings) => {
      const check = new KafkaCheck(environment, topics, uses, findings);
      try {
        await check.run();
      } finally {
        await check.close();
      }
    },
  };
}

class KafkaCheck {
  private readonly connections: KafkaConnections;
  /** By `host:port`. */
  private readonly open = new Map<string, BrokerInquiry>();
  private readonly tried = new Set<string>();

  constructor(
    private readonly environment: Environment,
    private readonly topics: Topics,
    private readonly uses: TopicUses,
    private readonly findings: Findings,
  ) {
    this.connections = new KafkaConnections(environment, createLogger('silent'));
  }

  async run(): Promise<void> {
    const { findings } = this;
    await Promise.all(this.environment.KAFKA_BROKERS!.map((address) => this.connect(address)));
    const [first] = this.open.values();
    if (first === undefined) return;
    if (!first.tellsRights) {
      findings.warn('the brokers are older than Kafka 2.3, and do not say which rights we have');
      return;
    }
    const { brokers, topics } = await first.metadata(this.topics.all());
    await this.connectAdvertised(brokers);
    for (const topic of topics) this.lookAtTopic(topic);
    const missing = topics.filter(({ errorCode }) => errorCode === UNKNOWN_TOPIC).map(({ topic }) => topic);
    if (missing.length > 0) await this.lookAtMissing(missing, first);
    for (const group of this.uses.groups) await this.lookAtGroup(group, first);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.open.values()].map((broker) => broker.close()));
  }

  private async connect(address: string, whose = ''): Promise<void> {
    if (this.tried.has(address)) return;
    this.tried.add(address);
    try {
      const broker = await BrokerInquiry.open(splitHostAndPort(address), this.environment, this.connections);
      this.open.set(address, broker);
      this.findings.ok(
        `${address}${whose}: ${encryptionOf(broker.socket)}, as ${accountOf(this.environment)}`,
      );
      lookAtPeer(broker.socket, `Kafka at ${address}`, this.findings);
    } catch (error) {
      this.findings.fail(`${reasonOf(error)}${whose}`);
    }
  }

  /** Clients go to the names that brokers advertise, whatever the names are that they were told. */
  private async connectAdvertised(brokers: readonly AdvertisedBroker[]): Promise<void> {
    await Promise.all(
      brokers.map((broker) =>
        this.connect(joinHostAndPort(broker), ` (what broker ${broker.nodeId} advertises)`),
      ),
    );
  }

  private shown(topic: string): string {
    return topicShown(topic, this.environment);
  }

  private lookAtTopic({ topic, errorCode, partitions, leaderless, rights }: TopicMetadata): void {
    const { findings, uses } = this;
    if (errorCode === UNKNOWN_TOPIC) return;
    if (errorCode === TOPIC_AUTHORIZATION_FAILED) {
      return findings.fail(
        `${this.account} has no right to DESCRIBE the topic ${this.shown(topic)}, which may be there or not: give it ${this.rightsFor(topic).join(' and ')} on that`,
      );
    }
    if (errorCode !== 0 && partitions === 0) {
      return findings.fail(
        `the topic ${this.shown(topic)} cannot be used (error ${errorCode} of Kafka's protocol): see the brokers' own logs`,
      );
    }
    if (leaderless > 0) {
      findings.warn(
        `the topic ${this.shown(topic)} has ${leaderless} of ${partitions} partitions without a leader: see the brokers' own logs`,
      );
    }
    const missing = rights === undefined ? [] : this.rightsFor(topic).filter((one) => !rights.has(one));
    if (missing.length > 0) {
      return findings.fail(
        `${this.account} has no right to ${missing.join(' and ')} the topic ${this.shown(topic)}: give it ${missing.join(' and ')} on that`,
      );
    }
    if (uses.replayed.has(topic) && rights?.has('WRITE') === false) {
      findings.warn(
        `${this.account} has no right to WRITE the topic ${this.shown(topic)}: dead letters of it could not be sent once more`,
      );
    }
    findings.ok(
      `topic ${this.shown(topic)}: ${partitions} partitions, ${this.rightsFor(topic).join(' and ')}`,
    );
  }

  private rightsFor(topic: string): Operation[] {
    const { read, written } = this.uses;
    const rights: Operation[] = [];
    if (read.has(topic)) rights.push('READ');
    if (written.has(topic)) rights.push('WRITE');
    return rights.length > 0 ? rights : ['DESCRIBE'];
  }

  private async lookAtMissing(missing: readonly string[], broker: BrokerInquiry): Promise<void> {
    const { findings, environment } = this;
    try {
      await broker.requireCreatable(topicConfigs(missing, this.topics, environment));
      for (const topic of missing)
        findings.ok(`topic ${this.shown(topic)}: not there yet; the program may create it`);
    } catch (error) {
      const explained = this.connections.explain(error, { operation: 'CREATE', topics: missing });
      if (explained !== error) return findings.fail(explained.message);
      const { errors = [error] } = error as { errors?: readonly { topic?: string }[] };
      for (const one of errors as readonly { topic?: string }[]) {
        findings.fail(
          `the topic ${one.topic ?? missing.join(', ')} is not there, and could not be created: ${reasonOf(one)}: create it, or check ${writtenName(environment, 'KAFKA_PARTITIONS')} and ${writtenName(environment, 'KAFKA_REPLICATION_FACTOR')}`,
        );
      }
    }
  }

  private async lookAtGroup(group: string, broker: BrokerInquiry): Promise<void> {
    try {
      await broker.requireReadable(group);
      this.findings.ok(`group ${group}: READ`);
    } catch (error) {
      const explained = this.connections.explain(error, { operation: 'READ', group });
      this.findings.fail(
        explained === error ? `the group ${group} cannot be used: ${reasonOf(error)}` : explained.message,
      );
    }
  }

  private get account(): string {
    return accountOf(this.environment);
  }
}
