import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SnapshotFile } from './customer-snapshot.js';
import { allIds, AMPLE_BYTES, inOrder, jsonOf, SMALL_SLAB_BYTES } from './customer-table.fixture.js';
import { CustomerTable, type PutOutcome, type RecordPlace, type RemoveOutcome } from './customer-table.js';

interface ModelRecord {
  readonly json: string | undefined;
  readonly updatedAt: bigint;
  readonly place: RecordPlace;
  readonly generation: number;
}

/** What a table is to do, with a Map, and a sort for each page. */
class ModelTable {
  readonly records = new Map<string, ModelRecord>();
  generation = 0;

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

  /** @returns how many customers */
  forget(isOver: (record: ModelRecord) => boolean): number {
    const before = this.ids.length;
    for (const [id, record] of this.records) if (isOver(record)) this.records.delete(id);
    return before - this.ids.length;
  }

  get ids(): string[] {
    return inOrder([...this.records].filter(([, { json }]) => json !== undefined).map(([id]) => id));
  }

  private take(id: string, json: string | undefined, updatedAt: bigint, place: RecordPlace): boolean {
    const held = this.records.get(id);
    let { time } = place;
    if (held?.generation === this.generation) {
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
    const { generation } = this;
    this.records.set(id, { json, updatedAt, place: { ...place, time }, generation });
    return true;
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
  { weight: 1, arbitrary: fc.record({ step: fc.constant('generation' as const) }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('forget' as const) }) },
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
  directory = await mkdtemp(join(tmpdir(), 'customer-table-'));
  snapshot = new SnapshotFile(directory, 'users', pino({ level: 'silent' }));
});
afterAll(() => rm(directory, { recursive: true }));

const newTable = () => new CustomerTable({ maxBytes: AMPLE_BYTES, slabBytes: SMALL_SLAB_BYTES });

/** @returns the table to go on with */
async function take(step: Step, table: CustomerTable, model: ModelTable): Promise<CustomerTable> {
  switch (step.step) {
    case 'put': {
      const { id, filling, updatedAt, place } = step;
      const json = jsonOf(id, filling);
      expect(table.put(Buffer.from(id), json, updatedAt, place)).toBe(model.put(id, json, updatedAt, place));
      break;
    }
    case 'remove':
      expect(table.remove(Buffer.from(step.id), step.place)).toBe(model.remove(step.id, step.place));
      break;
    case 'generation':
      table.beginGeneration();
      model.generation++;
      break;
    case 'sweep':
      expect(await table.sweep()).toBe(model.forget(({ generation }) => generation !== model.generation));
      break;
    case 'forget':
      await table.forgetTombstones(-1_000);
      model.forget(({ json }) => json === undefined);
      break;
    case 'snapshot': {
      const head = { topic: 'users', takenAtMs: 1, positions: new Map() };
      await snapshot.write(head, table);
      const restored = newTable();
      expect(await snapshot.read(restored)).toEqual(head);
      model.forget(({ generation }) => generation !== model.generation);
      return restored;
    }
    case 'page': {
      const { after, filter, limit } = step;
      const found = model.ids
        .filter((id) => after === undefined || Buffer.compare(Buffer.from(id), Buffer.from(after)) > 0)
        .filter((id) => filter === undefined || id.includes(filter));
      expect(await allIds(table, limit, { after, filter })).toEqual(found);
    }
  }
  return table;
}

it('holds what a Map would, through records, generations, sweeps, pages and snapshots', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 120, size: 'max' }), async (steps) => {
      let table = newTable();
      const model = new ModelTable();
      for (const step of steps) {
        table = await take(step, table, model);
        expect(table.size).toBe(model.ids.length);
      }
      for (const [id, { json, updatedAt }] of model.records) {
        expect(table.get(id)).toEqual(json === undefined ? undefined : { json, etag: `"${updatedAt}"` });
      }
      expect(await allIds(table, 5)).toEqual(model.ids);
    }),
    { numRuns: 150 },
  );
});
