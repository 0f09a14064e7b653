import { atMost } from '../../at-most.js';
import { messageForLog } from '../../logging/error-record.js';
import type { ConsumerLag } from '../consumer-lag.js';
import { EventServer, type Subscriber } from '../event-server.js';
import { retryUntilDone } from '../backoff.js';
import { roleOf, type SubscriptionMode } from '../subscription.js';
import { BroadcastConsumer } from './broadcast-consumer.js';
import type { ConsumerParts, EventConsumer } from './event-consumer.js';
import { ConnectionFaultError } from '../../connections/connection-fault.js';
import type { PartState } from '../../health/health.js';
import { warnOfPlainSecrets } from './connections/plain-secrets.js';
import type { Attempt } from './connections/refusals.js';
import { RepeatedLines } from './connections/repeated-lines.js';
import type { ConsumerHealth } from './consumer-health.js';
import { GroupLags, type ReadGroup } from './group-lags.js';
import { createMissingTopics } from './kafka-topics.js';
import { ReplayConsumer } from './replay-consumer.js';
import { SharedConsumer } from './shared-consumer.js';

/** What is left of the ten seconds of a stop has to do for requests under way and the outbox. */
const CLOSE_TIMEOUT_MS = 5_000;
const LONGEST_PAUSE_MS = 5_000;

export type KafkaServerParts = Omit<ConsumerParts, 'stopping' | 'untilKafkaAnswers'>;

type ConsumerOf = new (
  parts: ConsumerParts,
  context: string,
  subscribers: readonly Subscriber[],
) => EventConsumer;

const CONSUMERS: Readonly<Record<SubscriptionMode, ConsumerOf>> = {
  shared: SharedConsumer,
  broadcast: BroadcastConsumer,
  replay: ReplayConsumer,
};

/**
 * Nest's transport for events from Kafka, in batches. Nest's own one hands over one message at a time, hides those
 * that are not JSON or are null, and gives the consumer group another name than it was told.
 */
export class KafkaServer extends EventServer {
  private readonly consumers: EventConsumer[] = [];
  private readonly stopping = new AbortController();
  private groupLags: GroupLags | undefined;
  private closed: Promise<void> | undefined;
  private readonly lines = new RepeatedLines();
  /** Why the topics are not known to be there yet. */
  private topicsMissing: string | undefined = 'no answer from Kafka yet';

  constructor(private readonly parts: KafkaServerParts) {
    super();
    parts.health.addCheck('kafka', () => this.state(), { isOptional: true });
  }

  override listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /**
   * Finishes the batches under way, commits them, and leaves the groups; a Kafka that is away is not waited for. Nest
   * calls this once more when the application closes.
   */
  override close(): Promise<void> {
    this.stopping.abort();
    return (this.closed ??= atMost(CLOSE_TIMEOUT_MS, this.disconnect()));
  }

  /** None before the topics are there. */
  override async lags(): Promise<readonly ConsumerLag[]> {
    return (await this.groupLags?.read()) ?? [];
  }

  /** Resolves once the consumers of the main context are members of their groups; no other context keeps it waiting. */
  private async start(): Promise<void> {
    const { kafka, environment, contexts, log } = this.parts;
    warnOfPlainSecrets(environment, log);
    await this.createTopics();
    this.groupLags = new GroupLags(kafka, this.sharedGroups(), log);
    const parts: ConsumerParts = {
      ...this.parts,
      stopping: this.stopping.signal,
      untilKafkaAnswers: (attempt, wanted, health) => this.untilKafkaAnswers(attempt, wanted, health),
    };
    const awaited: Promise<void>[] = [];
    // Side by side, since a broker has a new group wait for more members.
    for (const [context, mode, subscribers] of this.groups()) {
      const consumer = new CONSUMERS[mode](parts, context, subscribers);
      this.consumers.push(consumer);
      const starting = consumer.start();
      if (contexts.isMain(context)) awaited.push(starting);
      else starting.catch((error: unknown) => this.startFailed(context, error));
    }
    await Promise.all(awaited);
  }

  /** What is to be read by one consumer, as far as it is for this process's roles. */
  private groups(): [context: string, mode: SubscriptionMode, subscribers: Subscriber[]][] {
    const roles = new Set(this.parts.environment.ROLES);
    const groups = new Map<string, Subscriber[]>();
    for (const one of this.subscribers) {
      if (!roles.has(roleOf(one))) continue;
      const key = `${one.context} ${one.mode}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    return [...groups.values()].map((ofGroup) => [ofGroup[0]!.context, ofGroup[0]!.mode, ofGroup]);
  }

  /** What the processes of this deployment share, whatever this one's roles. */
  private sharedGroups(): ReadGroup[] {
    const { topics, contexts, environment } = this.parts;
    const shared = this.subscribers.filter(({ mode }) => mode === 'shared');
    return [...new Set(shared.map(({ context }) => context))].map((context) => ({
      context,
      groupId: contexts.groupOf(context, environment.KAFKA_GROUP_ID),
      topics: shared.filter((one) => one.context === context).map(({ topic }) => topics.deployedName(topic)),
    }));
  }

  private startFailed(context: string, error: unknown): void {
    if (this.stopping.signal.aborted) return;
    this.parts.log.error({ err: error, context }, 'a consumer could not be started');
    const { health, contexts } = this.parts;
    const detail = `could not be started: ${messageForLog(error)}`;
    if (contexts.isVital(context)) health.reportDeath(contexts.partOf(context, 'consumers'), detail);
    health.addRemark(contexts.partOf(context, 'consumers'), () => ({ up: false, detail }));
  }

  private async disconnect(): Promise<void> {
    // A member that has left its group can commit nothing any more.
    await Promise.all(this.consumers.map((consumer) => consumer.settled()));
    await Promise.all([...this.consumers.map((consumer) => consumer.disconnect()), this.groupLags?.close()]);
  }

  /** Topics that we may not create hold up those alone who need them; others may create them, or give the right. */
  private async createTopics(): Promise<void> {
    const { kafka, environment, topics, log } = this.parts;
    const create = (): Promise<void> => createMissingTopics(kafka, topics, environment, log);
    const waits = (reason: string | undefined): void => void (this.topicsMissing = reason);
    const wanted: Attempt = { operation: 'CREATE', topics: topics.all() };
    const first = async (): Promise<void> => {
      try {
        await create();
      } catch (error) {
        if (!(error instanceof ConnectionFaultError) || error.kind !== 'no right') throw error;
        this.untilKafkaAnswers(create, wanted, { waits }).catch(() => undefined);
      }
    };
    await this.untilKafkaAnswers(first, wanted, { waits });
  }

  private async untilKafkaAnswers(
    attempt: () => Promise<void>,
    wanted: Attempt,
    health: Pick<ConsumerHealth, 'waits'>,
  ): Promise<void> {
    const { kafka, log } = this.parts;
    const about = [wanted.operation, wanted.group, ...(wanted.topics ?? [])].join(' ');
    await retryUntilDone(
      attempt,
      (thrown) => {
        const error = kafka.connections.explain(thrown, wanted);
        health.waits(messageForLog(error));
        if (this.lines.isWorthTelling(about, error.message)) {
          const isRefused = error instanceof ConnectionFaultError && error.kind === 'no right';
          if (isRefused) log.warn({ err: error }, 'a right at Kafka is missing; trying again');
          else log.warn({ err: error }, 'Kafka is away; trying again');
        }
      },
      this.stopping.signal,
      LONGEST_PAUSE_MS,
    );
    health.waits(undefined);
  }

  private state(): PartState {
    const state = this.parts.kafka.connections.state();
    if (!state.up || this.topicsMissing === undefined) return state;
    return { up: false, detail: this.topicsMissing };
  }
}
