import { describe, expect, it } from 'vitest';
import { MadeUpHistory } from './made-up-history.js';

const history = (): MadeUpHistory => new MadeUpHistory();
const TTL = { ttlMs: 1_000 };
const PASSED_ON = { isOrdered: true, isPassing: true };

describe('a history that can be true', () => {
  const TRUE: Record<string, MadeUpHistory> = {
    'is empty': history(),
    'reads what was written, and nothing before and after':
      // prettier-ignore
      history().gotNone([0, 1]).put(1, [2, 3]).got(1, 1, [4, 5]).remove([6, 7]).gotNone([8, 9])
        .put(3, [10, 11], { isNew: true }).got(3, 3, [12, 13]).kept(3, 3),
    'reads either of two while a write is under way':
      // prettier-ignore
      history().put(1, [0, 1]).put(2, [10, 20]).got(1, 1, [11, 12]).got(2, 2, [13, 14]).got(1, 1, [2, 15]).kept(2, 2),
    'orders writes that were under way together by their versions':
      // prettier-ignore
      history().put(2, [0, 10]).put(1, [0, 10]).got(2, 1, [11, 12]).kept(2, 1),
    'has a write without an answer that took effect':
      // prettier-ignore
      history().put(1, [0, 1]).tried([2, 3]).got(2, 2, [20, 21]).put(3, [30, 31]).kept(3, 3),
    'has a write without an answer that did not':
      // prettier-ignore
      history().put(1, [0, 1]).tried([2, 3]).got(1, 1, [20, 21]).put(2, [30, 31]).kept(2, 3),
    'has a write without an answer that takes effect later': history()
      .put(1, [0, 1])
      .tried([2, 3])
      .put(2, [4, 5])
      .got(2, 3, [6, 7])
      .got(3, 2, [8, 9])
      .kept(3, 2),
    'has a write without an answer that nobody ever read, and the version tells of':
      // prettier-ignore
      history().put(1, [0, 1]).tried([2, 3]).put(3, [4, 5]).kept(3, 3),
    'has a value that has ended':
      // prettier-ignore
      history().put(1, [0, 1], TTL).got(1, 1, [900, 901]).gotNone([1_000, 1_001]).put(2, [1_100, 1_101], { isNew: true })
        .kept(2, 2),
    'has a value that has ended while it was held elsewhere':
      // prettier-ignore
      history().put(1, [0, 1], TTL).gotNone([1_000, 1_001]).gotNone([1_200, 1_201], { replica: 'b' }).kept(1, undefined),
    'is behind on another replica for a second':
      // prettier-ignore
      history().put(1, [0, 1]).got(1, 1, [2, 3], { replica: 'b' }).put(2, [10, 11])
        .got(1, 1, [1_000, 1_001], { replica: 'b' }).got(2, 2, [1_100, 1_101], { replica: 'b' }).kept(2, 2),
    'is behind what a list of the same replica tells, for a second':
      // prettier-ignore
      history().put(1, [0, 1]).put(2, [2, 20]).remove([21, 22], { replica: 'b' })
        .saw({ what: 'absent' }, [23, 24], PASSED_ON).got(2, 2, [25, 26]).kept(3, undefined),
    'refuses what does not match': history()
      .put(1, [0, 1])
      .refused([2, 3], { ifVersion: 0 })
      .saw({ what: 'not', version: 0 }, [2, 3], { isOrdered: true })
      .refused([4, 5])
      .saw({ what: 'present' }, [4, 5], { isOrdered: true })
      .put(2, [6, 7], { ifVersion: 1, isNew: false })
      .kept(2, 4),
    'refuses what is older':
      // prettier-ignore
      history().put(1, [1_000, 1_001], { writtenAtMs: 800 }).refused([1_002, 1_003], { writtenAtMs: 700, isOutdated: true })
        .put(2, [1_004, 1_005], { writtenAtMs: 900 }).kept(2, 3),
    'tells only the version': history().put(1, [0, 1]).saw({ what: 'value', version: 1 }, [2, 3]).kept(1, 1),
    'has a batch whose answer was lost':
      // prettier-ignore
      history().tried([0, 1], { batch: 1 }).tried([0, 1], { batch: 1 }, 'shop/jam').got(1, 1, [2, 3]).kept(1, 1)
        .kept(1, 2, 'shop/jam'),
  };

  it.each(Object.entries(TRUE))('%s', (_, told) => {
    expect(told.lines()).toEqual([]);
  });
});

describe('a lie is found', () => {
  const LIES: Record<string, [kind: string, told: MadeUpHistory]> = {
    'an acknowledged write is not there at the end': [
      'lost',
      history().put(1, [0, 1]).put(2, [2, 3]).kept(1, 1),
    ],
    'an acknowledged write is nowhere at the end': ['lost', history().put(1, [0, 1]).kept(0, undefined)],
    'an acknowledged delete has no version': [
      'lost',
      history().put(1, [0, 1]).remove([2, 3]).put(2, [4, 5]).kept(2, 3),
    ],
    'a value is gone that nobody deleted': ['lost', history().put(1, [0, 1]).gotNone([2, 3]).kept(1, 1)],
    'a deleted key is read again': [
      'revived',
      history().put(1, [0, 1]).remove([2, 3]).got(1, 1, [4, 5]).kept(2, undefined),
    ],
    'a deleted key is there again at the end': [
      'revived',
      history().put(1, [0, 1]).remove([2, 3]).saw({ what: 'present' }, [4, 5]).kept(2, undefined),
    ],
    'a value of another key or tenant is read': [
      'foreign value',
      history().put(1, [0, 1]).saw({ what: 'foreign', told: 'shop/jam 7' }, [2, 3]).kept(1, 1),
    ],
    'a value is read that nobody wrote': [
      'foreign value',
      history().put(1, [0, 1]).got(1, 99, [2, 3]).kept(1, 1),
    ],
    'a replica shows what is older than what it has acknowledged': [
      'stale',
      history().put(1, [0, 1]).put(2, [2, 3]).got(1, 1, [4, 5]).kept(2, 2),
    ],
    'a replica says that there is nothing, as there was before': [
      'stale',
      history().put(1, [0, 1]).gotNone([-2, -1]).remove([2, 3]).put(3, [4, 5]).gotNone([6, 7]).kept(3, 3),
    ],
    'a replica shows what is older than what it has shown': [
      'older than read before',
      // prettier-ignore
      history().put(1, [0, 1]).put(2, [2, 20], { replica: 'b' }).got(2, 2, [4, 5]).got(1, 1, [6, 7]).kept(2, 2),
    ],
    'a replica shows what another one has replaced more than a second before': [
      'older than promised',
      // prettier-ignore
      history().put(1, [0, 1]).put(2, [2, 3]).got(1, 1, [1_100, 1_101], { replica: 'b' }).kept(2, 2),
    ],
    'a replica shows what another one has shown as replaced more than a second before': [
      'older than promised',
      // prettier-ignore
      history().put(1, [0, 1]).tried([2, 3]).got(2, 2, [4, 5]).got(1, 1, [1_100, 1_101], { replica: 'b' }).kept(2, 2),
    ],
    'a value is read before it was written': [
      'read before it was written',
      history().put(1, [0, 1]).got(2, 2, [2, 3]).put(2, [4, 5]).kept(2, 2),
    ],
    'a version is left out': ['version skipped', history().put(1, [0, 1]).put(3, [2, 3]).kept(3, 2)],
    'a version is left out, and the only write that could be it came later': [
      'version skipped',
      history().put(1, [0, 1]).put(3, [2, 3]).tried([4, 5]).kept(3, 2),
    ],
    'one write without an answer has to be two versions': [
      'version skipped',
      history().put(1, [0, 1]).tried([2, 3]).put(4, [4, 5]).kept(4, 3),
    ],
    'two writes are acknowledged with one version': [
      'version twice',
      history().put(1, [0, 10]).put(1, [0, 10]).kept(1, 1),
    ],
    'versions go against the order of the writes': [
      'versions out of order',
      history().put(2, [0, 1]).put(1, [2, 3]).kept(2, 1),
    ],
    'a value is shown after it has ended': [
      'expired but shown',
      history().put(1, [0, 1], TTL).got(1, 1, [1_100, 1_101]).kept(1, undefined),
    ],
    'a value is shown after it has ended and was not shown': [
      'expired but shown',
      history().put(1, [0, 1], TTL).gotNone([1_000, 1_001]).got(1, 1, [1_100, 1_101]).kept(1, undefined),
    ],
    'a value ends too soon': ['lost', history().put(1, [0, 1], TTL).gotNone([500, 501]).kept(1, undefined)],
    'a write without an answer takes effect twice': [
      'took effect twice',
      // prettier-ignore
      history().tried([0, 1]).got(1, 1, [2, 3]).put(2, [4, 5]).got(3, 1, [6, 7]).kept(3, 1),
    ],
    'a write whose condition failed takes effect': [
      'refused but took effect',
      history().put(1, [0, 1]).refused([2, 3], { ifVersion: 1 }).got(2, 2, [4, 5]).kept(2, 2),
    ],
    'a condition is fulfilled, and the write is refused': [
      'refused without reason',
      history().put(1, [0, 1]).saw({ what: 'not', version: 1 }, [2, 3], { isOrdered: true }).kept(1, 1),
    ],
    'a condition is not fulfilled, and the write is accepted': [
      'accepted without reason',
      // prettier-ignore
      history().put(1, [0, 1]).put(2, [2, 3]).put(3, [4, 5], { ifVersion: 1 }).kept(3, 3),
    ],
    'a key has a value, and is made anew all the same': [
      'accepted without reason',
      history().put(1, [0, 1]).put(2, [2, 3], { ifAbsent: true, isNew: false }).kept(2, 2),
    ],
    'a write is refused as older than what is older': [
      'refused without reason',
      // prettier-ignore
      history().put(1, [1_000, 1_001], { writtenAtMs: 700 }).refused([1_002, 1_003], { writtenAtMs: 800, isOutdated: true })
        .kept(1, 1),
    ],
    'a write is accepted that is older than what is held': [
      'accepted without reason',
      history().put(1, [1_000, 1_001]).put(2, [1_002, 1_003], { writtenAtMs: 800 }).kept(2, 2),
    ],
    'a write says that the key is new, where it had a value': [
      'told in two ways',
      history().put(1, [0, 1]).put(2, [2, 3], { isNew: true }).kept(2, 2),
    ],
    'a write says that it has replaced what was deleted': [
      'told in two ways',
      history().put(1, [0, 1]).remove([2, 3]).put(3, [4, 5], { isNew: false }).kept(3, 3),
    ],
    'one version has two times of creation': [
      'told in two ways',
      // prettier-ignore
      history().put(1, [0, 1], { createdAt: 'A' }).saw({ what: 'value', version: 1, serial: 1, createdAt: 'B' }, [2, 3])
        .kept(1, 1),
    ],
    'a value is read under another version than was acknowledged': [
      'told in two ways',
      history().put(1, [0, 1]).put(2, [2, 3]).got(3, 2, [4, 5]).tried([0, 1]).kept(3, 3),
    ],
    'a batch whose answer was lost took effect on one key alone': [
      'half of a batch',
      // prettier-ignore
      history().tried([0, 1], { batch: 1 }).tried([0, 1], { batch: 1 }, 'shop/jam').got(1, 1, [2, 3]).kept(1, 1)
        .kept(0, undefined, 'shop/jam'),
    ],
  };

  it.each(Object.entries(LIES))('%s', (_, [kind, told]) => {
    expect(told.kinds()).toContain(kind);
    expect(told.kinds().length).toBeLessThanOrEqual(2);
  });
});

it('what is found names the key, who was asked when, and what was known', () => {
  const told = history().put(1, [0, 1]).put(2, [2, 3]).got(1, 1, [4, 5]).kept(2, 2);
  expect(told.lines()).toEqual([
    'stale: 1 (shop/tea: value 1 [a 0.004–0.005], where the least was version 2 since put 2 [a 0.002–0.003, acknowledged as version 2])',
  ]);
});
