import { expect, it } from 'vitest';
import { SMALL_SLAB_BYTES } from './customer-table.fixture.js';
import { KeyIndex } from './key-index.js';
import { MemoryBudget, SharedMemory } from './memory-budget.js';
import { RecordSlabs } from './record-slabs.js';
import { NONE, ROW_MASK, SlotColumns } from './slot-columns.js';

const HASH = 0xffff_ffff;

it('tells keys apart that have the same hash, while some of them go', () => {
  const memory = new MemoryBudget(new SharedMemory(2 ** 24), SMALL_SLAB_BYTES);
  const columns = new SlotColumns(memory);
  const slabs = new RecordSlabs(memory, SMALL_SLAB_BYTES);
  const index = new KeyIndex(memory, columns, slabs);
  const keys = ['a', 'b', 'ab', '', 'c'].map((id) => Buffer.from(id));
  const slots = keys.map((key) => {
    const slot = columns.reserve();
    columns.take();
    columns.chunk(slot).hash[slot & ROW_MASK] = HASH;
    columns.chunk(slot).address[slot & ROW_MASK] = slabs.append(slot, key, '', 0);
    index.reserve(HASH);
    index.add(slot, HASH);
    return slot;
  });
  const found = (): number[] => keys.map((key) => index.find(HASH, key, key.length));
  expect(found()).toEqual(slots);
  index.remove(slots[1]!, HASH);
  expect(found()).toEqual(slots.with(1, NONE));
  index.remove(slots[0]!, HASH);
  expect(found()).toEqual(slots.with(0, NONE).with(1, NONE));
});
