import type { Admin, Consumer, EachBatchPayload } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PartState } from '../../health/health.js';
import { retryUntilDone } from '../backoff.js';
import type { BatchRunner } from '../batch-runner.js';
import type { Subscriber } from '../event-server.js';
import type { PartitionPlace } from '../failing-batches.js';
import type { BatchHandler } from '../received-event.js';
import type { ReplayListener } from '../replays.js';
import { Semaphore } from '../semaphore.js';
import type { Attempt } from './connections/refusals.js';
import { ConsumerHealth } from './consumer-health.js';
import { eventOf } from './event-of-record.js';
import { CONSUMER_OPTIONS, type ConsumerParts, type EventConsumer } from './event-consumer.js';
import type { FetchedBatch } from './fetched-batch.js';
import { heldBatches } from './held-batches.js';
import { inItsGroup } from './kafkajs-restarts.js';
import { PartitionLane } from './partition-lane.js';
import { PartitionLanes, whileBeating } from './partition-lanes.js';
import { limitsOf } from './reading.js';
import { type OffsetRanges, ReplayedTopic } from './replayed-topic.js';
import { tombstonesKeptMs } from './topic-retention.js';

const MAX_BYTES_PER_PARTITION = 1_048_576;
/** How often the ends of the partitions are asked for. */
const LOOK_MS = 1_000;
const LOOK_RECENTLY_MS = 10_000;
/** A consumer that has not fetched for so long while Kafka answers will not do so any more. */
const DEAD_AFTER_MS = 180_000;
/** Attempts at once of partitions that wait for something, such as a database that is away. */
const MAX_LEFT_TRIES = 4;

interface Replayed {
  /** The topic, under its deployed name. */
  readonly topic: ReplayedTopic;
  readonly handler: BatchHandler;
  readonly runner: BatchRunner;
  readonly listener: ReplayListener | undefined;
  /** How long the topic keeps tombstones, in milliseconds. */
  tombstonesKeptMs: number;
  /** Under way while it is being found out where to start over. */
  startingOver: Promise<void> | undefined;
}

/**
 * Reads topics from their beginning, or from where the context left off, and then every new event, in every process of a
 * context. kafkajs assigns partitions to groups only, so each process has a group of its own, for which no offset is
 * committed. A topic that is not the one that was read before is read from its beginning once more.
 */
export class ReplayConsumer implements EventConsumer {
  private readonly consumer: Consumer;
  private readonly admin: Admin;
  /** By the topic's deployed name. */
  private readonly replayed = new Map<string, Replayed>();
  private readonly lanes: PartitionLanes;
  private readonly semaphore = new Semaphore(MAX_LEFT_TRIES);
  private readonly attempt: Attempt;
  private readonly health: ConsumerHealth;
  private lookedAtMs = 0;

  constructor(
    private readonly parts: ConsumerParts,
    private readonly context: string,
    subscribers: readonly Subscriber[],
  ) {
    const { consumerKafka, kafka, contexts, environment, batches, topics, replays, health, log } = parts;
    const group = `${contexts.replayGroupOf(context, environment.KAFKA_GROUP_ID)}.${randomUUID()}`;
    this.consumer = consumerKafka.consumer({
      ...CONSUMER_OPTIONS,
      groupId: group,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    });
    this.admin = kafka.admin();
    this.lanes = new PartitionLanes({ ...parts, context, consumer: this.consumer, lingers: false });
    for (const one of subscribers) {
      const topic = new ReplayedTopic(topics.deployedName(one.topic));
      this.replayed.set(topic.name, {
        topic,
        handler: one.handler,
        runner: batches.replayRunnerFor(one),
        listener: replays.listenerOf(context, one.topic),
        tombstonesKeptMs: 0,
        startingOver: undefined,
      });
      replays.opened(context, one.topic, topic);
    }
    const isVital = contexts.isVital(context);
    const part = contexts.partOf(context, 'replay');
    // Once all is read the process does its work, however long Kafka is away.
    this.attempt = { operation: 'READ', topics: [...this.replayed.keys()], group };
    this.health = new ConsumerHealth({
      consumer: this.consumer,
      part,
      bearing: { isRequired: false, isVital },
      attempt: this.attempt,
      connections: consumerKafka.connections,
      health,
      log,
    });
    if (isVital) health.addVital(`${part}.silence`, () => this.silence());
    health.addCheck(`${part}.start`, () => this.state(), { isOptional: !isVital });
  }

  async start(): Promise<void> {
    const { consumer, parts } = this;
    const connect = async (): Promise<void> => {
      await this.admin.connect();
      for (const one of this.replayed.values()) await this.findStart(one);
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.replayed.keys()], fromBeginning: true });
    };
    await parts.untilKafkaAnswers(connect, this.attempt, this.health);
    // Without committed offsets a member would start over each time that it joins, so it seeks to where it was. When `run` returns,
    // the first join may have failed, and kafkajs seeks nothing then.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment));
    consumer.on(consumer.events.CRASH, () => this.lanes.takeAway());
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.read(payload),
    });
    for (const one of this.replayed.values()) await this.tellWhenPassed(one);
    void this.keepLooking();
  }

  settled(): Promise<void> {
    return this.lanes.settled();
  }

  async disconnect(): Promise<void> {
    await Promise.all([this.consumer.disconnect(), this.admin.disconnect()]);
  }

  /** What was kept is good for half of the time that tombstones are: the rest is for reading on. */
  private async findStart(one: Replayed): Promise<void> {
    const { topic, listener } = one;
    one.tombstonesKeptMs = await tombstonesKeptMs(this.admin, topic.name);
    const ranges = await this.rangesOf(topic.name);
    const kept = await listener?.resumeAt(one.tombstonesKeptMs / 2);
    if (kept !== undefined && topic.resume(kept, ranges)) return;
    if (kept !== undefined) this.tellOfRestart(one, 'what was kept does not fit the topic');
    topic.startOver(ranges);
  }

  private joined(assignment: Readonly<Record<string, number[]>>): void {
    this.lanes.takeAway();
    for (const { topic } of this.replayed.values()) {
      this.parts.failing.assign(this.context, topic.name, assignment[topic.name] ?? [], { isReplay: true });
    }
    this.goOn();
  }

  private goOn(): void {
    for (const { topic } of this.replayed.values()) {
      for (const [partition, offset] of topic.begin()) {
        inItsGroup(() => this.consumer.seek({ topic: topic.name, partition, offset: String(offset) }));
      }
    }
  }

  private async read(payload: EachBatchPayload): Promise<void> {
    const one = this.replayed.get(payload.batch.topic)!;
    if (one.startingOver !== undefined) await whileBeating(payload.heartbeat, one.startingOver);
    return this.lanes.read(payload, (place, batch) => {
      if (one.startingOver !== undefined) return undefined;
      const progress = one.topic.partition(place.partition);
      if (progress.goesOnAt(Number(batch.firstOffset()))) return this.laneFor(one, place, batch, payload);
      this.startOver(one, `partition ${place.partition} is without the offset ${progress.position.next}`);
      return undefined;
    });
  }

  private laneFor(
    one: Replayed,
    place: PartitionPlace,
    batch: FetchedBatch,
    { resolveOffset }: Pick<EachBatchPayload, 'resolveOffset'>,
  ): PartitionLane {
    const { failing } = this.parts;
    const progress = one.topic.partition(place.partition);
    const receivedAtMs = performance.now();
    const isGone = `partition ${place.partition} is without the last record that was read`;
    let last: ReturnType<typeof eventOf> | undefined;
    return new PartitionLane({
      batch,
      limits: limitsOf(this.parts.environment),
      semaphore: this.semaphore,
      eventsOf: ({ records }) => records.map((record) => eventOf(place, record)),
      runner: {
        run: async (events, signal, gate): Promise<void> => {
          const fresh = progress.verified(events);
          if (fresh === undefined) return this.startOver(one, isGone);
          last = events.at(-1);
          if (fresh.length > 0) await one.runner.run(fresh, signal, gate);
        },
      },
      commit: async (offset): Promise<void> => {
        if (!progress.read(offset, last)) return this.startOver(one, isGone);
        resolveOffset(String(offset - 1));
        progress.sawEnd(Number(batch.highWatermark), receivedAtMs);
        failing.done({ ...place, isReplay: true });
        await this.tellWhenPassed(one);
      },
      // Every process has to follow the note.
      ...heldBatches({ ...this.parts, context: this.context }, () => false, true),
    });
  }

  /** What was read before is not what the topic has now, or something may have been missed. */
  private startOver(one: Replayed, reason: string): void {
    this.lanes.takeAway();
    one.startingOver ??= this.findBeginning(one, reason)
      .catch(() => undefined)
      .finally(() => (one.startingOver = undefined));
  }

  /** @throws AbortError when the program stops */
  private async findBeginning(one: Replayed, reason: string): Promise<void> {
    const { topic } = one;
    const { kafka, log, stopping } = this.parts;
    const ranges = await retryUntilDone(
      () => this.rangesOf(topic.name),
      (error) =>
        log.warn(
          { err: kafka.connections.explain(error, this.attempt), topic: topic.name },
          'Kafka does not say where the topic begins; trying again',
        ),
      stopping,
    );
    // One may have begun since.
    this.lanes.takeAway();
    await this.lanes.settled();
    this.tellOfRestart(one, reason);
    topic.startOver(ranges);
    this.goOn();
    await this.tellWhenPassed(one);
  }

  private tellOfRestart({ topic, listener }: Replayed, reason: string): void {
    const { log } = this.parts;
    log.warn(
      { context: this.context, topic: topic.name, reason },
      'the topic is read from its beginning again',
    );
    listener?.restarted();
  }

  /** Ends when the program stops. */
  private async keepLooking(): Promise<void> {
    const { stopping } = this.parts;
    while (!stopping.aborted) {
      await sleep(LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
      for (const one of this.replayed.values()) await this.look(one).catch(() => undefined);
    }
  }

  private async look(one: Replayed): Promise<void> {
    const { topic } = one;
    if (one.startingOver !== undefined || this.parts.stopping.aborted) return;
    const before = topic.positions();
    const askedAtMs = performance.now();
    const ranges = await this.rangesOf(topic.name);
    this.lookedAtMs = performance.now();
    if (one.startingOver !== undefined) return;
    const reason = topic.compare(before, ranges, askedAtMs, one.tombstonesKeptMs);
    if (reason !== undefined) this.startOver(one, reason);
  }

  private async rangesOf(topic: string): Promise<OffsetRanges> {
    const partitions = await this.admin.fetchTopicOffsets(topic);
    return new Map(
      partitions.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
    );
  }

  /** Counts offsets, not events: the last offsets of a partition may be markers, or aborted or compacted records. */
  private async tellWhenPassed({ topic, handler }: Replayed): Promise<void> {
    if (!topic.passes()) return;
    this.parts.log.info(
      { context: this.context, topic: topic.name },
      'the topic was read up to where it ended at the start',
    );
    await handler([]);
  }

  /** kafkajs may leave a live process with a consumer that does nothing any more, and says nothing. */
  private silence(): string | undefined {
    const doesKafkaAnswer = performance.now() - this.lookedAtMs < LOOK_RECENTLY_MS;
    if (!doesKafkaAnswer || this.health.silentMs() < DEAD_AFTER_MS) return undefined;
    return `nothing was fetched for ${Math.round(this.health.silentMs() / 1_000)} s, while Kafka answers`;
  }

  private state(): PartState {
    const waiting = [...this.replayed.values()].filter(({ topic }) => !topic.hasPassed);
    if (waiting.length === 0) return { up: true };
    const names = waiting.map(({ topic }) => topic.name);
    return { up: false, detail: `reading ${names.join(', ')} from the beginning` };
  }
}
