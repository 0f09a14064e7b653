import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { register } from 'prom-client';
import { Environment } from '../../src/platform/config/environment.js';
import { Settings } from '../../src/platform/config/setting-group.js';
import type { Database } from '../../src/platform/database/database.js';
import { Health } from '../../src/platform/health/health.js';
import { Failures } from '../../src/platform/failures/failures.js';
import { NOTHING_SWITCHED_ON } from '../../src/platform/features/features.js';
import { createHttpAdapter } from '../../src/platform/http/http-adapter.js';
import { ProblemFilter } from '../../src/platform/http/problem.filter.js';
import { knownFailures } from '../../src/platform/known-failures.js';
import { NestLogger } from '../../src/platform/logging/logger.js';
import type { ConsumerLag } from '../../src/platform/messaging/consumer-lag.js';
import { EVENT_SERVER, type EventServer } from '../../src/platform/messaging/event-server.js';
import type { MessagingContext } from '../../src/platform/messaging/messaging.module.js';
import { Outbox, type OutboxEntry } from '../../src/platform/messaging/outbox/outbox.js';
import { OutboxRelay } from '../../src/platform/messaging/outbox/outbox-relay.js';
import type { BatchHandler, ReceivedEvent } from '../../src/platform/messaging/received-event.js';
import { Subscribe } from '../../src/platform/messaging/subscription.js';
import { PlatformModule } from '../../src/platform/platform.module.js';

/** What the handlers of a program under test do, and what they got. */
@Injectable()
export class Handlers {
  /** Called with each batch of letters; what it throws is the handler's failure. */
  onLetters: BatchHandler = () => Promise.resolve();
  onNews: BatchHandler = () => Promise.resolve();
  /** Letters whose batch was handled, in order. */
  readonly handled: ReceivedEvent[] = [];
  /** Batches as they were handed over, those that failed included. */
  readonly batches: ReceivedEvent[][] = [];
  readonly news: ReceivedEvent[] = [];
  /** How often it was told that news may have been missed. */
  newsGaps = 0;
  readonly deadLetterCopies: ReceivedEvent[] = [];

  handledTexts(): string[] {
    return this.handled.map(textOf);
  }
}

export function textOf(event: ReceivedEvent): string {
  return event.value?.toString() ?? '';
}

@Controller()
class Letters {
  constructor(@Inject(Handlers) private readonly handlers: Handlers) {}

  @Subscribe({ context: 'letters', topic: 'letters', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    this.handlers.batches.push([...events]);
    await this.handlers.onLetters(events);
    this.handlers.handled.push(...events);
  }

  @Subscribe({ context: 'letters', topic: 'letters.dead-letter', mode: 'shared' })
  keepCopies(@Payload() events: readonly ReceivedEvent[]): void {
    this.handlers.deadLetterCopies.push(...events);
  }

  @Subscribe({ context: 'letters', topic: 'news', mode: 'broadcast' })
  async hear(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    if (events.length === 0) this.handlers.newsGaps++;
    this.handlers.news.push(...events);
    await this.handlers.onNews(events);
  }
}

/** The names that one test's topics and group have, so that tests may share a broker. */
export interface TestTopics {
  letters: string;
  deadLetters: string;
  news: string;
  group: string;
}

export function freshTopics(): TestTopics {
  const id = randomUUID();
  return {
    letters: `letters-${id}`,
    deadLetters: `letters-${id}.dead-letter`,
    news: `news-${id}`,
    group: `group-${id}`,
  };
}

export interface ProgramOptions {
  database: Database;
  topics: TestTopics;
  /** Choose the transport, and whatever else of the settings matters to a test. */
  settings: Partial<Environment>;
  handlers?: Handlers;
  /** What the start waits for; by default that all consumers are members of their groups. */
  until?: (health: Health) => Promise<unknown>;
}

export interface Program {
  handlers: Handlers;
  /** Commits messages to the outbox, in one transaction. */
  send(...messages: TestMessage[]): Promise<void>;
  /** How far it says that the context is behind in its letters; undefined where it says nothing. */
  lag(): Promise<ConsumerLag | undefined>;
  /** Stops as the program does: consumers first, the relay after them. May be called twice. */
  stop(): Promise<void>;
}

export interface TestMessage {
  topic: string;
  key: string;
  value: string | Buffer;
  headers?: Record<string, string>;
}

/** Time that the relay gets for what is left in the outbox; short, since a test may hold a handler up for good. */
const FLUSH_MS = 300;

/** A small program on the real platform, with a controller that does what the test tells it to. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { database, topics } = options;
  const handlers = options.handlers ?? new Handlers();
  const environment = Object.assign(new Environment(), {
    KAFKA_GROUP_ID: topics.group,
    ...options.settings,
  });
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const letters: MessagingContext = {
    name: 'letters',
    isMain: true,
    own: { letters: topics.letters, 'letters.dead-letter': topics.deadLetters, news: topics.news },
    consumes: ['letters'],
  };

  @Module({
    imports: [
      PlatformModule.register({
        settings: Settings.defaults([], environment),
        log,
        database,
        contexts: [letters],
        topicsElsewhere: {},
        failures: knownFailures(),
        caches: [],
        features: { ...NOTHING_SWITCHED_ON, version: '0.0.0', contexts: ['letters'] },
      }),
    ],
    controllers: [Letters],
    providers: [{ provide: Handlers, useValue: handlers }],
  })
  class ProgramModule {}

  register.clear();
  const app = await NestFactory.create(ProgramModule, createHttpAdapter(log), {
    logger: new NestLogger(log),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(log, app.get(Failures)));
  const strategy = app.get<EventServer>(EVENT_SERVER);
  app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  await app.init();
  await app.startAllMicroservices();
  await (options.until ?? untilConsuming)(app.get(Health));
  if (environment.ROLES.includes('relay')) app.get(OutboxRelay).start();
  const outbox = app.get(Outbox);

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await strategy.close();
    await app.close();
    await app.get(OutboxRelay).stop(FLUSH_MS);
  };
  return {
    handlers,
    send: (...messages) => database.transaction((tx) => outbox.append(tx, messages.map(entryOf))),
    lag: async () => (await strategy.lags()).find(({ topic }) => topic === topics.letters),
    stop: () => (stopping ??= stop()),
  };
}

export function entryOf({ topic, key, value, headers = {} }: TestMessage): OutboxEntry {
  return { topic, aggregateType: 'letter', aggregateId: key, type: 'letter.sent', headers, payload: value };
}

/** The parts that are no consumers (`start`, `relay`) are not asked: the program is not the real one. */
async function untilConsuming(health: Health): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { parts } = await health.ready();
    const { start: _start, ...others } = parts;
    const waiting = Object.entries(others).filter(([, state]) => !state.up);
    if (waiting.length === 0) return;
    if (Date.now() > deadline) throw new Error(`not consuming: ${JSON.stringify(waiting)}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
