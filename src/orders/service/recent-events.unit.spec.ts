import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentEvents } from './recent-events.js';

const valueOf = (n: number): Buffer => Buffer.from(`event ${n}`);
const textsOf = (replayed: ReturnType<RecentEvents['after']>): string[] | undefined =>
  replayed?.map(({ value }) => value.toString());

describe('recent events', () => {
  it('come again behind any id, with the ids that they had', () => {
    const recent = new RecentEvents();
    const ids = [recent.lastId];
    for (let n = 1; n <= 5; n++) {
      recent.add(valueOf(n), { partition: n % 2, offset: 10 * n });
      ids.push(recent.lastId);
    }
    for (const [seen, id] of ids.entries()) {
      const replayed = recent.after(id)!;
      expect(textsOf(replayed)).toEqual([1, 2, 3, 4, 5].slice(seen).map((n) => `event ${n}`));
      // Partitions that were first seen later stand in an id as read up to their beginning.
      for (const { id: again } of replayed) expect(textsOf(recent.after(again))).toBeDefined();
    }
  });

  it('are told by another process, whatever the order in which it has read the partitions', () => {
    const places = fc.array(fc.nat(2), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(places, fc.nat(), fc.infiniteStream(fc.boolean()), (partitions, cut, coins) => {
        const next = [0, 0, 0];
        const events = partitions.map((partition, n) => ({
          n,
          place: { partition, offset: next[partition]!++ },
        }));
        const [one, other] = [new RecentEvents(), new RecentEvents()];
        const seen = cut % (events.length + 1);
        for (const { n, place } of events.slice(0, seen)) one.add(valueOf(n), place);
        // The other one reads the partitions in another order, each in its own.
        const left = [0, 1, 2].map((partition) =>
          events.filter(({ place }) => place.partition === partition),
        );
        while (left.some((queue) => queue.length > 0)) {
          const ready = left.filter((queue) => queue.length > 0);
          const queue = coins.next().value ? ready[0]! : ready.at(-1)!;
          const { n, place } = queue.shift()!;
          other.add(valueOf(n), place);
        }
        const replayed = textsOf(other.after(one.lastId));
        if (replayed === undefined) return;
        expect(replayed.sort()).toEqual(
          events
            .slice(seen)
            .map(({ n }) => `event ${n}`)
            .sort(),
        );
      }),
    );
  });

  it('are not told where some of them are held no more, or were never read', () => {
    const recent = new RecentEvents(2_000);
    const first = recent.lastId;
    recent.add(valueOf(1), { partition: 0, offset: 5 });
    const second = recent.lastId;
    for (let n = 2; n < 30; n++) recent.add(valueOf(n), { partition: 0, offset: 5 + n });
    expect(recent.after(first)).toBeUndefined();
    expect(recent.after(second)).toBeUndefined();
    expect(recent.after(recent.lastId)).toEqual([]);
    const late = new RecentEvents();
    late.add(valueOf(1), { partition: 0, offset: 60 });
    expect(late.after(recent.lastId)).toBeUndefined();
    expect(textsOf(late.after('01234567.9.0-59'))).toEqual(['event 1']);
    expect(late.after('01234567.9.0-58')).toBeUndefined();
    expect(late.after('01234567.9.0-59.1-3')).toBeUndefined();
    for (const id of ['', 'order:1', '01234567.9', `${late.lastId}.x`])
      expect(late.after(id)).toBeUndefined();
  });

  it('of a transport without places are told by the process that has them alone', () => {
    const [one, other] = [new RecentEvents(), new RecentEvents()];
    for (const recent of [one, other]) {
      recent.add(valueOf(1));
      recent.add(valueOf(2));
    }
    expect(one.after(one.lastId)).toEqual([]);
    expect(other.after(one.lastId)).toBeUndefined();
  });

  it('are forgotten once some may have been missed', () => {
    const recent = new RecentEvents();
    recent.add(valueOf(1), { partition: 0, offset: 5 });
    const { lastId } = recent;
    recent.beginAnew();
    expect(recent.after(lastId)).toBeUndefined();
    recent.add(valueOf(2), { partition: 0, offset: 8 });
    expect(recent.after(lastId)).toBeUndefined();
  });
});
