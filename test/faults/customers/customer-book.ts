import type { Customer } from '../../../src/customers/model/customer.js';
import { encodeCustomer } from '../../../src/customers/model/customer-json.js';
import type { Dice } from '../dice.js';
import { UserHistory } from '../promos/user-history.js';

/** How many customers change most of the time, so that what is old is met. */
const LIVELY = 400;

/** A customer in one of its versions: what its fields hold follows from the two. */
export const customerIn = (accountId: string, version: number): Customer => ({
  accountId,
  name: `Customer of version ${version}`,
  address: `Lange Straße ${version}, 50667 Köln`,
  phone: `+49 221 ${version}`,
  createdAt: 9_007_199_254_740_993n,
  updatedAt: BigInt(version),
});

/** The body of the answer that shows it. */
export const bodyOf = (accountId: string, version: number): string =>
  encodeCustomer(customerIn(accountId, version));

/** What is to become of some customers, and has not been acknowledged. */
export interface Change {
  readonly accountId: string;
  /** Undefined: it is deleted. */
  readonly version: number | undefined;
  /** To be called with the time of the acknowledgement. */
  readonly acknowledged: (atMs: number) => void;
}

/** All that each customer has been, in the order of the acknowledgements. One writer writes. */
export class CustomerBook {
  private readonly histories = new Map<string, UserHistory>();
  private readonly ids: string[] = [];
  private lastVersion = 0;

  get size(): number {
    return this.ids.length;
  }

  /** Every one that ever was, deleted ones among them. */
  all(): readonly string[] {
    return this.ids;
  }

  /** Those that are there, by what is acknowledged or under way. */
  present(): string[] {
    return this.ids.filter((id) => this.histories.get(id)!.message !== undefined);
  }

  isPresent(accountId: string): boolean {
    return this.histories.get(accountId)?.message !== undefined;
  }

  /** By what is acknowledged or under way; undefined where it is absent. */
  versionOf(accountId: string): string | undefined {
    return this.histories.get(accountId)?.message;
  }

  /** One that changes often half of the time. */
  pick(dice: Dice): string {
    return dice.roll() < 0.5 ? this.pickLively(dice) : dice.pick(this.ids);
  }

  pickLively(dice: Dice): string {
    return this.ids[dice.below(Math.min(LIVELY, this.ids.length))]!;
  }

  change(accountId: string): Change {
    const version = ++this.lastVersion;
    return { accountId, version, acknowledged: this.historyOf(accountId).becoming(String(version)) };
  }

  remove(accountId: string): Change {
    return {
      accountId,
      version: undefined,
      acknowledged: this.historyOf(accountId).becoming(undefined),
    };
  }

  /** The topic was deleted: nobody is there. */
  forgetAll(): void {
    this.histories.clear();
    this.ids.length = 0;
  }

  /**
   * For how long what was told had been replaced at a time: 0 when it had not been.
   *
   * @param version undefined: it was told that there is no such customer
   * @returns Infinity for what it never was
   */
  ageOf(accountId: string, version: string | undefined, atMs: number): number {
    const history = this.histories.get(accountId);
    if (history === undefined) return version === undefined ? 0 : Infinity;
    return history.ageOf(version, atMs);
  }

  private historyOf(accountId: string): UserHistory {
    const known = this.histories.get(accountId);
    if (known !== undefined) return known;
    const made = new UserHistory(undefined);
    this.histories.set(accountId, made);
    this.ids.push(accountId);
    return made;
  }
}
