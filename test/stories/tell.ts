import { expect } from 'vitest';
import { eventually } from '../support/eventually.js';
import type { OrderWorld } from './order-world.js';
import { THINGS } from './order-world.js';
import { expectSight, expectWaiting } from './sight.js';
import type { Story } from './story.js';

const WAIT = { timeoutMs: 45_000 };
const ON_HAND = 10;

interface Version {
  readonly version: number;
  readonly change: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly source: string;
  readonly by: string | null;
  readonly reason: string | null;
  readonly cause: string | null;
}

/**
 * Has a story happen, line by line: each waits for what the one before leads to.
 *
 * @returns the whole history of the order, as it was expected and found
 */
export async function tell(story: Story, world: OrderWorld): Promise<readonly string[]> {
  await Promise.all(THINGS.map((thing) => world.putOnShelf(thing, story.onHand?.[thing] ?? ON_HAND)));
  const told: string[] = [];
  for (const line of story.lines) {
    if ('sees' in line) {
      await eventually(() => expectSight(world, line.sees), WAIT);
      continue;
    }
    if ('seesWaiting' in line) {
      await eventually(() => expectWaiting(world, line.seesWaiting), WAIT);
      continue;
    }
    for (const send of line.happens(world)) await send();
    if (line.versions.length === 0) continue;
    const versions = line.versions.map((text) => text.replace('the sender', world.shop.entrance.source));
    const come = await eventually(async () => {
      const fresh = (await historyOf(world)).slice(told.length);
      if (line.inAnyOrder) expect([...fresh].sort()).toEqual([...versions].sort());
      else expect(fresh).toEqual(versions);
      return fresh;
    }, WAIT);
    told.push(...come);
  }
  expect(await historyOf(world)).toEqual(told);
  return told;
}

/** The versions of an order, oldest first: `status: received > confirmed, by inventory`. */
export async function historyOf(world: OrderWorld): Promise<string[]> {
  const versions = await world.read<Version[]>('history');
  expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
  return versions.map(({ change, from, to, source, by, reason, cause }) => {
    // What somebody asks for has no event as its cause; what another context tells has.
    const isTold = !['api', 'orders'].includes(source);
    expect(cause).toEqual(isTold ? expect.stringMatching(`^${source}:${world.orderUid}:[1-9]`) : null);
    const who = by === null ? source : `${source} for ${by}`;
    return `${moveOf(change, from, to)}, by ${who}${reason === null ? '' : `: ${reason}`}`;
  });
}

/** `status: received > confirmed`; what is no move of a state stands alone. */
export const moveOf = (change: unknown, from: unknown, to: unknown): string =>
  change === 'received' || change === 'content'
    ? change
    : `${String(change)}: ${String(from)} > ${String(to)}`;
