import { expect } from 'vitest';
import { eventually } from '../support/eventually.js';
import { SecureKafka } from '../support/secure-kafka.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import {
  createPipeline,
  headersOf,
  messageOf,
  orderWith,
  type Pipeline,
  type TopicTap,
} from './order-pipeline.harness.js';

/** A program that has been without Kafka for a while, on a machine that has others to serve. */
const LONG = { timeoutMs: 60_000 };

/** What a program may do while it has no connection: some clients come at once, and each pauses then. */
const AT_ONCE = 40;
const PER_SECOND = 5;

/** A secured broker and programs on it, with topics, a group and a database of the test's own; and all orders that were sent to them. */
export class SecuredStage {
  private readonly uids: string[] = [];
  private readonly programs: WaybillProcess[] = [];
  private status: TopicTap | undefined;

  private constructor(
    readonly kafka: SecureKafka,
    readonly pipeline: Pipeline,
  ) {}

  static async open(): Promise<SecuredStage> {
    const kafka = await SecureKafka.start();
    return new SecuredStage(kafka, await createPipeline(kafka.plain));
  }

  /** Starts a program, and does not wait until it is ready. */
  async start(settings: Record<string, string>): Promise<WaybillProcess> {
    const env = { ...this.pipeline.settings, ...settings };
    const program = await startWaybill({ env, ready: false });
    this.programs.push(program);
    return program;
  }

  /** Sends an order over the topic, past the program. */
  async send(): Promise<void> {
    await this.pipeline.send([messageOf(orderWith(this.nextUid()))]);
  }

  /** Hands an order to the program itself. */
  async post({ url }: WaybillProcess): Promise<void> {
    const answer = await fetch(`${url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(orderWith(this.nextUid())),
    });
    expect(answer.status).toBe(201);
  }

  /** Resolves once every order is stored, and told of once. */
  async allThere(): Promise<void> {
    const expected = [...this.uids].sort();
    await eventually(async () => {
      const { rows } = await this.pipeline.db.query<{ order_uid: string }>('SELECT order_uid FROM orders');
      expect(rows.map(({ order_uid }) => order_uid).sort()).toEqual(expected);
    }, LONG);
    this.status ??= await this.pipeline.tap(this.pipeline.statusTopic);
    const told = this.status;
    await eventually(async () => {
      // One that was published when its connection broke may come twice, under the same id.
      const ids = new Set((await told.caughtUp()).map((record) => headersOf(record)['ce_id']));
      expect([...ids].sort()).toEqual(expected.map((uid) => `${uid}:1`));
    }, LONG);
  }

  /** Resolves once a program has got over what was wrong: nothing is lost, `tries` had pauses, and no secret was told. */
  async getsOver(program: WaybillProcess, tries: WatchedTries): Promise<void> {
    await isReady(program);
    await this.allThere();
    tries.arePaused();
    keepsSecrets(program, this.kafka);
  }

  async close(): Promise<void> {
    for (const program of this.programs) await program.kill();
    await this.pipeline.close();
    await this.kafka.end();
  }

  private nextUid(): string {
    const uid = `secured-${String(this.uids.length).padStart(3, '0')}`;
    this.uids.push(uid);
    return uid;
  }
}

/**
 * Resolves once `/health` and a line of the log both say it, while the process counts as live.
 *
 * @param since characters of the output that are not looked at
 */
export async function tells(program: WaybillProcess, line: RegExp, since = 0): Promise<void> {
  await eventually(async () => {
    const health = await fetch(`${program.url}/health`);
    expect(await health.text()).toMatch(line);
    expect(health.status).toBe(503);
    expect(program.output().slice(since)).toMatch(line);
  }, LONG);
  expect((await fetch(`${program.url}/health/live`)).status).toBe(200);
}

export async function isReady({ url }: WaybillProcess): Promise<void> {
  await eventually(async () => {
    const health = await fetch(`${url}/health`);
    expect(health.status, await health.text()).toBe(200);
  }, LONG);
}

export interface WatchedTries {
  arePaused(): void;
}

/** Counts from here on what a program does, and how much it says. */
export function watchTries(program: WaybillProcess, tries: () => number): WatchedTries {
  const startedMs = performance.now();
  const [triesBefore, charactersBefore] = [tries(), program.output().length];
  return {
    arePaused() {
      const most = AT_ONCE + (PER_SECOND * (performance.now() - startedMs)) / 1_000;
      expect(tries() - triesBefore).toBeLessThan(most);
      const lines = program.output().slice(charactersBefore).trim().split('\n');
      expect(lines.length, lines.join('\n')).toBeLessThan(most);
    },
  };
}

export function keepsSecrets(program: WaybillProcess, kafka: SecureKafka): void {
  for (const secret of kafka.secrets()) expect(program.output()).not.toContain(secret);
}
