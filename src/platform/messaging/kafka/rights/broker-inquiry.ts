import type { Socket } from 'node:net';
import type { ITopicConfig } from 'kafkajs';
import type { Environment } from '../../../config/environment.js';
import type { KafkaConnections } from '../connections/kafka-connections.js';
import { kafkajsInternals, loginProviders } from '../kafkajs.js';
import { type KafkajsBroker, type KafkajsPool, QUIET } from './kafkajs-internals.js';
import { type ClusterMetadata, metadataRequest } from './metadata.js';

const CONNECTION_TIMEOUT_MS = 3_000;
/** Before kafkajs gives a connection up, without a word on what was waited for. */
const SOCKET_LIMIT_MS = CONNECTION_TIMEOUT_MS - 100;
const REQUEST_TIMEOUT_MS = 5_000;
const NO_MEMBER = 'waybill-doctor';
/** What brokers say of a member that there is not, once they have found that it may be one. */
const MEANS_ALLOWED: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** One broker, asked for what kafkajs has no request for. Nothing is read of its topics, and nothing is made there. */
export class BrokerInquiry {
  private constructor(
    private readonly broker: KafkajsBroker,
    private readonly connections: KafkajsPool,
  ) {}

  /**
   * Connects and logs in, as the program does.
   *
   * @throws ConnectionFaultError, and what else kafkajs says
   */
  static async open(
    { host, port }: BrokerAddress,
    environment: Environment,
    connections: KafkaConnections,
  ): Promise<BrokerInquiry> {
    const login = connections.login(loginProviders);
    const pool = new kafkajsInternals.ConnectionPool({
      ...{ host, port, clientId: environment.KAFKA_CLIENT_ID, logger: QUIET },
      ...{ connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      socketFactory: (args) => connections.open(args, SOCKET_LIMIT_MS),
      sasl: login ?? null,
    });
    const broker = new kafkajsInternals.Broker({ connectionPool: pool, logger: QUIET });
    try {
      await broker.connect();
    } catch (error) {
      await broker.disconnect().catch(() => undefined);
      throw connections.explain(error, { operation: 'DESCRIBE' });
    }
    return new BrokerInquiry(broker, pool);
  }

  get socket(): Socket {
    return this.connections.pool[0]!.socket;
  }

  /** Whether it tells of rights: Kafka 2.3 and newer do. */
  get tellsRights(): boolean {
    const { apiKey, apiVersion } = metadataRequest(kafkajsInternals, []).request;
    return (this.broker.versions[apiKey]?.maxVersion ?? 0) >= apiVersion;
  }

  metadata(topics: readonly string[]): Promise<ClusterMetadata> {
    return this.connections.send(metadataRequest(kafkajsInternals, topics));
  }

  /**
   * Asks for what every member of a group needs, by the heartbeat of a member that there is not: each broker looks at the right
   * first, also one that does not coordinate the group, and a group that is not there is not made.
   *
   * @throws what kafkajs makes of a no, and of a connection that breaks
   */
  async requireReadable(groupId: string): Promise<void> {
    try {
      await this.broker.heartbeat({ groupId, groupGenerationId: 0, memberId: NO_MEMBER });
    } catch (error) {
      if (!MEANS_ALLOWED.has(String((error as { type?: unknown }).type))) throw error;
    }
  }

  /** Asks whether topics could be made, and makes none. @throws what kafkajs makes of a no */
  async requireCreatable(topics: readonly ITopicConfig[]): Promise<void> {
    await this.broker.createTopics({ topics, validateOnly: true });
  }

  async close(): Promise<void> {
    await this.broker.disconnect();
  }
}
