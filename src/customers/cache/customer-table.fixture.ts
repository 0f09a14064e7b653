import type { CustomerMemory } from './customer-memory.js';
import type { CustomerTable, RecordPlace } from './customer-table.js';

type Held = Pick<CustomerTable | CustomerMemory, 'put' | 'remove' | 'page'>;

/** As small as it may be for texts of some hundred bytes: a few records make the table compact. */
export const SMALL_SLAB_BYTES = 4_096;
export const AMPLE_BYTES = 2 ** 28;

/** A text of a customer with as many bytes more. */
export const jsonOf = (id: string, filling: number | string = 40): string =>
  JSON.stringify({ accountId: id, name: typeof filling === 'string' ? filling : 'n'.repeat(filling) });

let offset = 0;

/** Each one later than those before. */
export const nextPlace = (partition = 0): RecordPlace => ({
  partition,
  offset: ++offset,
  time: BigInt(offset),
});

export const putCustomer = (table: Held, id: string, filling?: number | string) =>
  table.put(Buffer.from(id), jsonOf(id, filling), 1n, nextPlace());

export const removeCustomer = (table: Held, id: string) => table.remove(Buffer.from(id), nextPlace());

/** The ids of all pages, one after the other. */
export async function allIds(
  table: Held,
  limit: number,
  options: { after?: string; filter?: string } = {},
): Promise<string[]> {
  const ids: string[] = [];
  for (let { after } = options; ;) {
    const page = await table.page({ ...options, after, limit });
    ids.push(...page.ids);
    if (page.next === undefined) return ids;
    after = page.next;
  }
}

export const inOrder = (ids: Iterable<string>): string[] =>
  [...ids].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
