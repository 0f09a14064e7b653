import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { sleptMs } from '../../../../test/support/instant-sleep.js';
import { knownFailures } from '../../known-failures.js';
import { BatchRunner } from '../batch-runner.js';
import type { PartitionPlace } from '../failing-batches.js';
import type { ReceivedEvent } from '../received-event.js';
import type { ClaimStore, FormerClaim, Suspects } from './partition-claims.js';
import { PoisonGuard } from './poison-guard.js';
import { SharedLock } from './shared-lock.js';

vi.mock('node:timers/promises', () => import('../../../../test/support/instant-sleep.js'));

const MAX_EVENTS = 200;
const silent = pino({ level: 'silent' });

interface Row {
  owner: number;
  refusedOffsets: readonly number[];
  suspects?: Suspects | undefined;
}

const keyOf = ({ context, partition }: PartitionPlace): string => `${context} ${partition}`;

/** Contexts that read the same partitions, and what is left of them when their process ends. */
class World {
  readonly rows = new Map<string, Row>();
  /** By context and partition: where it goes on. */
  readonly committed = new Map<string, number>();
  readonly done = new Map<string, Set<number>>();
  readonly refused: string[] = [];
  readonly reasons: string[] = [];
  processes = 0;
  deaths = 0;

  constructor(
    readonly contexts: readonly string[],
    readonly partitions: number,
    readonly eventsEach: number,
    /** Names of events, such as `parcels 0 17`. */
    readonly poison: ReadonlySet<string>,
  ) {}

  eventsFrom(context: string, partition: number): ReceivedEvent[] {
    const start = this.committed.get(`${context} ${partition}`) ?? 0;
    const count = Math.min(MAX_EVENTS, this.eventsEach - start);
    return Array.from({ length: Math.max(0, count) }, (_, at) => ({
      context,
      topic: 'things',
      partition,
      offset: start + at,
      timestampMs: 0,
      key: null,
      value: null,
      headers: [],
    }));
  }

  /** Runs a process until it has nothing to do, or has ended. Somebody may kill it before its `killAt`th try. */
  async process(killAt = Infinity): Promise<void> {
    const self = new Process(this, ++this.processes, killAt);
    await self.run();
    if (self.isDead) this.deaths++;
  }
}

class Process implements ClaimStore {
  isDead = false;
  private tries = 0;
  private readonly lock = new SharedLock();
  private die: () => void = () => undefined;
  private readonly death = new Promise<void>((resolve) => (this.die = resolve));

  constructor(
    private readonly world: World,
    private readonly id: number,
    private readonly killAt: number,
  ) {}

  async run(): Promise<void> {
    const places = this.world.contexts.flatMap((context) =>
      Array.from({ length: this.world.partitions }, (_, partition) => ({ context, partition })),
    );
    const all = Promise.all(places.map(({ context, partition }) => this.read(context, partition)));
    await Promise.race([all, this.death]);
  }

  private async read(context: string, partition: number): Promise<void> {
    const { world } = this;
    const guard = new PoisonGuard({
      context,
      topic: 'things',
      isMain: context === 'orders',
      claims: this,
      lock: this.lock,
      maxEvents: MAX_EVENTS,
      log: silent,
    });
    const runner = new BatchRunner({
      handler: async (events) => {
        await this.alive();
        if (++this.tries >= this.killAt) return this.end();
        for (const { offset } of events) {
          if (world.poison.has(`${context} ${partition} ${offset}`)) return this.end();
        }
        await this.alive();
        const done = world.done.get(context) ?? new Set();
        for (const { offset } of events) done.add(partition * world.eventsEach + offset);
        world.done.set(context, done);
      },
      refuse: async ({ event, reason }) => {
        await this.alive();
        const name = `${context} ${partition} ${event.offset}`;
        if (!world.refused.includes(name)) world.refused.push(name);
        world.reasons.push(reason);
      },
      failures: knownFailures(),
      maxAttempts: 3,
      onFailure: (_kind, error) => expect.unreachable(error.message),
      guard,
    });
    const never = new AbortController().signal;
    for (;;) {
      const events = world.eventsFrom(context, partition);
      if (events.length === 0) break;
      await runner.run(events, never);
      await this.alive();
      world.committed.set(`${context} ${partition}`, events.at(-1)!.offset + 1);
    }
    await guard.keepOnly([]);
  }

  /** Never comes back: the process is no more. */
  private end(): Promise<void> {
    this.isDead = true;
    this.die();
    return new Promise(() => undefined);
  }

  /** A turn of its own, in which the process may have ended. */
  private async alive(): Promise<void> {
    await new Promise(setImmediate);
    if (this.isDead) await new Promise(() => undefined);
  }

  async claim(place: PartitionPlace): Promise<FormerClaim> {
    await this.alive();
    const former = this.world.rows.get(keyOf(place));
    this.world.rows.set(keyOf(place), { refusedOffsets: [], ...former, owner: this.id });
    if (former === undefined) return { isAbandoned: false, refusedOffsets: [] };
    const { owner, suspects, refusedOffsets } = former;
    const isAbandoned = owner !== this.id;
    return {
      isAbandoned,
      refusedOffsets,
      ...(suspects && { suspects: { ...suspects, deaths: suspects.deaths + 1 } }),
    };
  }

  /** Whoever is gone here has died. */
  async recount(_place: PartitionPlace, suspects: Suspects): Promise<Suspects> {
    await this.alive();
    return suspects;
  }

  async mark(place: PartitionPlace, suspects: Suspects): Promise<void> {
    await this.alive();
    this.change(place, { suspects });
  }

  async clear(place: PartitionPlace): Promise<void> {
    await this.alive();
    this.change(place, { suspects: undefined });
  }

  async refused(place: PartitionPlace, offset: number): Promise<void> {
    await this.alive();
    const refusedOffsets = [...this.world.rows.get(keyOf(place))!.refusedOffsets, offset];
    this.change(place, { suspects: undefined, refusedOffsets });
  }

  private change(place: PartitionPlace, fields: Partial<Row>): void {
    this.world.rows.set(keyOf(place), { ...this.world.rows.get(keyOf(place))!, ...fields });
  }

  async release(place: PartitionPlace): Promise<void> {
    await this.alive();
    if (this.world.rows.get(keyOf(place))?.suspects === undefined) this.world.rows.delete(keyOf(place));
  }
}

async function untilItStays(world: World): Promise<void> {
  for (;;) {
    const { deaths } = world;
    await world.process();
    if (world.deaths === deaths) return;
    expect(world.deaths).toBeLessThan(50);
  }
}

function expectAllDone(world: World): void {
  for (const context of world.contexts) {
    const ofContext = world.refused.filter((name) => name.startsWith(`${context} `));
    expect(world.done.get(context)?.size).toBe(world.partitions * world.eventsEach - ofContext.length);
  }
}

describe('an event that ends the process', () => {
  it.each([0, 1, 15, 16, 100, 199, 200, 450])(
    'is refused after the third death, at offset %i',
    async (at) => {
      const world = new World(['orders', 'parcels'], 3, 500, new Set([`parcels 1 ${at}`]));
      await untilItStays(world);
      expect(world.deaths).toBe(3);
      expect(world.refused).toEqual([`parcels 1 ${at}`]);
      expect(world.reasons).toEqual(['the process ended 2 times while it tried this event']);
      expectAllDone(world);
    },
  );

  it('is found beside others, which may cost it a death in addition', async () => {
    const world = new World(
      ['orders', 'parcels'],
      2,
      300,
      new Set(['parcels 0 3', 'parcels 0 4', 'orders 1 250']),
    );
    await untilItStays(world);
    expect(world.refused.sort()).toEqual(['orders 1 250', 'parcels 0 3', 'parcels 0 4']);
    expect(world.deaths).toBeLessThanOrEqual(3 * 4);
    expectAllDone(world);
  });

  it('is found among others, whichever it is, and none of the others is blamed', async () => {
    const places = fc.record({
      context: fc.constantFrom('orders', 'parcels', 'weights'),
      partition: fc.nat({ max: 2 }),
      offset: fc.nat({ max: 249 }),
    });
    await fc.assert(
      fc.asyncProperty(places, async ({ context, partition, offset }) => {
        const name = `${context} ${partition} ${offset}`;
        const world = new World(['orders', 'parcels', 'weights'], 3, 250, new Set([name]));
        await untilItStays(world);
        expect(world.refused).toEqual([name]);
        expect(world.deaths).toBeLessThanOrEqual(3);
        expectAllDone(world);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a process that somebody kills', () => {
  it('leaves no event to blame, however often, unless it is killed at the same one three times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), async (kills) => {
        const world = new World(['orders', 'parcels'], 2, 250, new Set());
        let killedInARow = 0;
        for (const killAt of kills) {
          // The third in a row within the very same tries could not be told from poison.
          await world.process(killedInARow < 2 ? killAt : Infinity);
          killedInARow = killedInARow < 2 ? killedInARow + 1 : 0;
        }
        await untilItStays(world);
        expect(world.refused).toEqual([]);
        expectAllDone(world);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a process that ends in good order', () => {
  it('leaves nothing behind, and the next one tries whole batches', async () => {
    const world = new World(['orders'], 1, 200, new Set());
    await world.process();
    expect(world.rows.size).toBe(0);
    expect(world.deaths).toBe(0);
  });
});

describe('a process that lost its partition during a try, and lives', () => {
  const suspects = { firstOffset: 0, nextOffset: 1, deaths: 2, triers: ['one', 'other'] };

  /** What a guard makes of events of which two processes are taken for crashed, once it has asked again. */
  async function verdicts(recounted: Suspects | undefined): Promise<(string | undefined)[]> {
    const done = (): Promise<void> => Promise.resolve();
    const guard = new PoisonGuard({
      context: 'orders',
      topic: 'things',
      isMain: true,
      claims: {
        claim: () => Promise.resolve({ isAbandoned: true, suspects, refusedOffsets: [] }),
        recount: () => Promise.resolve(recounted),
        mark: done,
        clear: done,
        refused: done,
        release: done,
      },
      lock: new SharedLock(),
      maxEvents: MAX_EVENTS,
      log: silent,
    });
    const world = new World(['orders'], 1, 2, new Set());
    const portions = await guard.portions(world.eventsFrom('orders', 0));
    return portions.map(({ verdict }) => verdict?.error.message);
  }

  it('is no reason to refuse the event', async () => {
    sleptMs.length = 0;
    expect(await verdicts(undefined)).toEqual([undefined]);
    expect(await verdicts({ ...suspects, deaths: 1, triers: ['one'] })).toEqual([undefined, undefined]);
    expect(sleptMs).toEqual([6_000, 6_000]);
    expect(await verdicts(suspects)).toEqual([
      'the process ended 2 times while it tried this event',
      undefined,
    ]);
  });
});
