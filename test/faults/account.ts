/** What a stage came to, all its faults together. */
export interface Account {
  readonly ordersIn: number;
  readonly stored: number;
  readonly deadLetters: number;
  readonly reads: number;
  readonly paymentEventsIn: number;
  readonly paymentEvents: number;
  readonly carrierEventsIn: number;
  readonly carrierEvents: number;
  /** Of payments, tracking and inventory. */
  readonly announcements: number;
}

export const NOTHING_YET: Account = {
  ordersIn: 0,
  stored: 0,
  deadLetters: 0,
  reads: 0,
  paymentEventsIn: 0,
  paymentEvents: 0,
  carrierEventsIn: 0,
  carrierEvents: 0,
  announcements: 0,
};

export function sumOf(one: Account, other: Account): Account {
  const names = Object.keys(one) as (keyof Account)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Account;
}

export function differenceOf(now: Account, before: Account): Account {
  const names = Object.keys(now) as (keyof Account)[];
  return Object.fromEntries(names.map((name) => [name, now[name] - before[name]])) as unknown as Account;
}
