import { seededRandom } from '../../src/platform/seeded-random.js';

/** How many are drawn before they come again, in the same order. */
const DRAWS = 1 << 20;
/** A prime, so that its multiples modulo a number of keys meet each key once. */
const STRIDE = 7_368_787;

/** Numbers of keys in the order in which they are asked for. They are drawn beforehand, and cost next to nothing then. */
export class KeyDraws {
  private at = 0;

  private constructor(private readonly drawn: Uint32Array) {}

  /** Each key as often as any other. */
  static even(keys: number, seed: number): KeyDraws {
    const random = seededRandom(seed);
    return new KeyDraws(Uint32Array.from({ length: DRAWS }, () => Math.floor(random() * keys)));
  }

  /**
   * As by Zipf's law: the second key half as often as the first, the third a third as often. Which keys are asked for
   * often has nothing to do with their order.
   *
   * @param exponent of the law: 1, or a little less for one that is not as steep
   */
  static zipf(keys: number, exponent: number, seed: number): KeyDraws {
    const random = seededRandom(seed);
    const shares = cumulativeShares(keys, exponent);
    const draw = (): number => (rankAt(shares, random()) * STRIDE) % keys;
    return new KeyDraws(Uint32Array.from({ length: DRAWS }, draw));
  }

  next(): number {
    const number = this.drawn[this.at]!;
    this.at = (this.at + 1) % DRAWS;
    return number;
  }
}

/** Of each rank, the share of all requests that it and those before it have. */
function cumulativeShares(keys: number, exponent: number): Float64Array {
  const sums = new Float64Array(keys);
  let sum = 0;
  for (let rank = 0; rank < keys; rank++) sums[rank] = sum += 1 / (rank + 1) ** exponent;
  return sums.map((upTo) => upTo / sum);
}

/** The first rank whose cumulative share is beyond a number from 0 up to 1. */
function rankAt(shares: Float64Array, share: number): number {
  let [low, high] = [0, shares.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shares[middle]! > share) high = middle;
    else low = middle + 1;
  }
  return low;
}
