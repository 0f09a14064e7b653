import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CustomerMemory } from './customer-memory.js';
import { SnapshotFile } from './customer-snapshot.js';
import { allIds, AMPLE_BYTES, inOrder, jsonOf, SMALL_SLAB_BYTES } from './customer-table.fixture.js';
import type { PutOutcome, RecordPlace, RemoveOutcome } from './customer-table.js';

interface ModelRecord {
  readonly json: string | undefined;
  readonly updatedAt: bigint;
  readonly place: RecordPlace;
}

/** What a table is to do, with a Map, and a sort for each page. */
class ModelTable {
  readonly records = new Map<string, ModelRecord>();

  put(id: string, json: string, updatedAt: bigint, place: RecordPlace): PutOutcome {
    const held = this.records.get(id);
    if (!this.take(id, json, updatedAt, place)) return 'outdated';
    if (held?.json === undefined) return 'created';
    return updatedAt < held.updatedAt ? 'backdated' : 'replaced';
  }

  remove(id: string, place: RecordPlace): RemoveOutcome {
    const held = this.records.get(id);
    if (!this.take(id, undefined, 0n, place)) return 'outdated';
    return held?.json === undefined ? 'absent' : 'removed';
  }

  forgetTombstones(): void {
    for (const [id, { json }] of this.records) if (json === undefined) this.records.delete(id);
  }

  get ids(): string[] {
    return inOrder([...this.records].filter(([, { json }]) => json !== undefined).map(([id]) => id));
  }

  private take(id: string, json: string | undefined, updatedAt: bigint, place: RecordPlace): boolean {
    const held = this.records.get(id);
    let { time } = place;
    if (held !== undefined) {
      if (held.place.partition === place.partition) {
        if (place.offset <= held.place.offset) return false;
        if (held.place.time > time) time = held.place.time;
      } else if (
        time < held.place.time ||
        (time === held.place.time && place.partition < held.place.partition)
      ) {
        return false;
      }
    }
    this.records.set(id, { json, updatedAt, place: { ...place, time } });
    return true;
  }
}

class ModelMemory {
  held = new ModelTable();
  private next: ModelTable | undefined;
  isWhole = false;

  get read(): ModelTable {
    return this.next ?? this.held;
  }

  startOver(): void {
    if (this.isWhole) this.next = new ModelTable();
    else this.held = new ModelTable();
  }

  complete(): void {
    this.restart();
    this.isWhole = true;
  }

  /** From a snapshot of what was being read. */
  restart(): void {
    this.held = this.read;
    this.next = undefined;
    this.isWhole = false;
  }
}

const LONG = 'x'.repeat(1_999);
const anyId = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('', 'a', 'ab', 'b', 'é', '\uffff', '\u{1f600}', `${LONG}y`, LONG) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }) },
);
const anyFilling = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 700 }) },
  { weight: 10, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 300_000 }) },
);
const anyPlace = fc.record({
  partition: fc.nat(2),
  offset: fc.nat(30),
  time: fc.bigInt({ min: -2n, max: 5n }),
});
const anyStep = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      step: fc.constant('put' as const),
      id: anyId,
      filling: anyFilling,
      updatedAt: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      place: anyPlace,
    }),
  },
  { weight: 6, arbitrary: fc.record({ step: fc.constant('remove' as const), id: anyId, place: anyPlace }) },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constantFrom('startOver' as const, 'complete' as const, 'forget' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('snapshot' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('page' as const),
      after: fc.option(anyId, { nil: undefined }),
      filter: fc.option(fc.string({ unit: 'binary', maxLength: 1 }), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 7 }),
    }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

let directory: string;
let snapshot: SnapshotFile;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'customer-memory-'));
  snapshot = new SnapshotFile(directory, 'users', pino({ level: 'silent' }));
});
afterAll(() => rm(directory, { recursive: true }));

const newMemory = () => new CustomerMemory({ maxBytes: AMPLE_BYTES, slabBytes: SMALL_SLAB_BYTES });

/** @returns the memory to go on with */
async function take(step: Step, memory: CustomerMemory, model: ModelMemory): Promise<CustomerMemory> {
  switch (step.step) {
    case 'put': {
      const { id, filling, updatedAt, place } = step;
      const json = jsonOf(id, filling);
      expect(memory.put(Buffer.from(id), json, updatedAt, place)).toBe(
        model.read.put(id, json, updatedAt, place),
      );
      break;
    }
    case 'remove':
      expect(memory.remove(Buffer.from(step.id), step.place)).toBe(model.read.remove(step.id, step.place));
      break;
    case 'startOver':
      memory.startOver();
      model.startOver();
      break;
    case 'complete':
      memory.complete();
      model.complete();
      break;
    case 'forget':
      await memory.forgetTombstones(-1_000);
      model.read.forgetTombstones();
      break;
    case 'snapshot': {
      const head = { topic: 'users', takenAtMs: 1, positions: new Map() };
      await snapshot.write(head, memory.table);
      const restored = newMemory();
      expect(await snapshot.read(restored.table)).toEqual(head);
      model.restart();
      return restored;
    }
    case 'page': {
      const { after, filter, limit } = step;
      const found = model.held.ids
        .filter((id) => after === undefined || Buffer.compare(Buffer.from(id), Buffer.from(after)) > 0)
        .filter((id) => filter === undefined || id.includes(filter));
      expect(await allIds(memory, limit, { after, filter })).toEqual(found);
    }
  }
  return memory;
}

it('holds what two Maps would, through records, new readings, pages and snapshots', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 120, size: 'max' }), async (steps) => {
      let memory = newMemory();
      const model = new ModelMemory();
      for (const step of steps) {
        memory = await take(step, memory, model);
        expect([memory.isWhole, memory.size]).toEqual([model.isWhole, model.held.ids.length]);
      }
      for (const [id, { json, updatedAt }] of model.held.records) {
        expect(memory.get(id)).toEqual(json === undefined ? undefined : { json, etag: `"${updatedAt}"` });
      }
      expect(await allIds(memory, 5)).toEqual(model.held.ids);
    }),
    { numRuns: 150 },
  );
});
