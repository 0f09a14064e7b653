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
      recent.add(valueOf(n));
      ids.push(recent.lastId);
    }
    for (const [seen, id] of ids.entries()) {
      const replayed = recent.after(id)!;
      expect(textsOf(replayed)).toEqual([1, 2, 3, 4, 5].slice(seen).map((n) => `event ${n}`));
      expect(replayed.map((event) => event.id)).toEqual(ids.slice(seen + 1));
    }
  });

  it('are not told where some of them are held no more, or the id is none', () => {
    const recent = new RecentEvents(2_000);
    const first = recent.lastId;
    recent.add(valueOf(1));
    const second = recent.lastId;
    for (let n = 2; n < 30; n++) recent.add(valueOf(n));
    expect(recent.after(first)).toBeUndefined();
    expect(recent.after(second)).toBeUndefined();
    expect(recent.after(recent.lastId)).toEqual([]);
    const [run] = recent.lastId.split('.');
    for (const id of ['', 'order:1', run!, `${run}.30`, `${recent.lastId}.x`]) {
      expect(recent.after(id)).toBeUndefined();
    }
  });

  it('are held from the first id on that was told', () => {
    const recent = new RecentEvents();
    recent.add(valueOf(1));
    const told = recent.lastId;
    expect(recent.after(told)).toEqual([]);
    recent.add(valueOf(2));
    expect(textsOf(recent.after(told))).toEqual(['event 2']);
    expect(recent.after(told.replace(/1$/, '0'))).toBeUndefined();
  });

  it('are told by the process alone that gave the id, since another reads the partitions in another order', () => {
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
    recent.add(valueOf(1));
    const { lastId } = recent;
    recent.beginAnew();
    expect(recent.after(lastId)).toBeUndefined();
    recent.add(valueOf(2));
    expect(recent.after(lastId)).toBeUndefined();
  });
});
