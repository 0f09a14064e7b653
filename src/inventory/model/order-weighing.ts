import {
  type Age,
  type Holding,
  type KnownOrder,
  NOTHING,
  type Outcome,
  type Quantity,
} from './known-order.js';
import type { MovementKind } from './movement.js';
import { eventIdOf, type OrderEvent, wantedBy } from './order-event.js';
import { canExpire, isOpen } from './order-status.js';
import { availableOf } from './stock-level.js';
import type { StockDelta, StockSheet } from './stock-sheet.js';

/** What is said of an order's reservation. */
export interface StockNews {
  readonly orderUid: string;
  /** Grows with each that is said of the order. */
  readonly number: number;
  readonly outcome: Outcome;
  /** Of the order's content that was weighed last; 0 when none was. */
  readonly contentVersion: number;
  /** What the order holds, or has taken with it. */
  readonly reserved: readonly Quantity[];
  /** Things of which there were too few pieces for that content; what is said once the order is cancelled for it names them still. */
  readonly missing: readonly number[];
  /** Id of the event that caused it. */
  readonly cause: string;
}

/** What an event comes to. */
export interface Weighed {
  readonly order: KnownOrder;
  readonly age: Age;
  /** Not there where nothing differs that others can see. */
  readonly news?: StockNews;
}

/** What one thing's figures do when an order takes a step. */
const STEPS = {
  released: (pieces) => ({ reserved: -pieces }),
  reserved: (pieces) => ({ reserved: pieces }),
  taken: (pieces) => ({ onHand: -pieces, reserved: -pieces }),
  returned: (pieces) => ({ onHand: pieces }),
} satisfies Partial<Record<MovementKind, (pieces: number) => StockDelta>>;
type Step = keyof typeof STEPS;

/** The order as it is before anything was heard of it. */
const unknownOrder = ({ order_uid: orderUid, status }: OrderEvent): KnownOrder => ({
  orderUid,
  version: 0,
  contentVersion: 0,
  status,
  missing: [],
  number: 0,
  holding: NOTHING,
});

/** Whether an event has to be weighed with the levels of what the order wants. */
export const wantsPieces = (event: OrderEvent, known: KnownOrder | undefined): boolean =>
  isOpen(event.status) &&
  event.content_version > (known?.contentVersion ?? 0) &&
  (known === undefined || isOpen(known.status));

/**
 * Decides what an event comes to, and makes its movements on the sheet, which has to hold the levels of what the order wants
 * and of what it holds.
 *
 * @param known what is known of the order; undefined for one that is new
 * @returns undefined where the event tells nothing new
 */
export function weigh(
  event: OrderEvent,
  known: KnownOrder | undefined,
  sheet: StockSheet,
): Weighed | undefined {
  const before = known ?? unknownOrder(event);
  const { version, status } = event;
  if (version <= before.version) return undefined;
  const order = { ...before, version, status };
  if (!isOpen(status)) return close(event, order, sheet);
  if (!isOpen(before.status)) return undefined;
  if (wantsPieces(event, known)) return reserve(event, order, sheet);
  // A payment that was promised has come to nothing: the order may be asked again.
  const isUnpaidAgain = event.change === 'payment_status' && event.payment_status === 'unpaid';
  if (order.outcome === 'expiring' && isUnpaidAgain && canExpire(status)) {
    return { order: { ...order, outcome: 'reserved' }, age: 'anew' };
  }
  if (status === before.status) return undefined;
  return { order, age: canExpire(status) ? 'kept' : 'none' };
}

/** All that is registered of what the order wants, or nothing; what it held before is held until then. */
function reserve(event: OrderEvent, before: KnownOrder, sheet: StockSheet): Weighed {
  const { content_version: contentVersion } = event;
  const own = new Map(before.holding.quantities.map(({ chrtId, quantity }) => [chrtId, quantity]));
  const wanted = wantedBy(event).filter(({ chrtId }) => sheet.levelOf(chrtId) !== undefined);
  const missing = wanted
    .filter(({ chrtId, quantity }) => availableOf(sheet.levelOf(chrtId)!) + (own.get(chrtId) ?? 0) < quantity)
    .map(({ chrtId }) => chrtId);
  if (missing.length > 0) {
    return announced({ ...before, contentVersion, outcome: 'out_of_stock', missing }, 'none');
  }
  move(sheet, before, before.holding, 'released');
  const holding = holdingOf('held', contentVersion, wanted);
  move(sheet, before, holding, 'reserved');
  const growsOld = holding.state === 'held' && canExpire(before.status);
  const order: KnownOrder = { ...before, contentVersion, outcome: 'reserved', missing, holding };
  return announced(order, growsOld ? 'anew' : 'none');
}

/** The order is beyond change: its pieces are free again, gone, or back. */
function close(event: OrderEvent, order: KnownOrder, sheet: StockSheet): Weighed {
  const { holding } = order;
  const { state, contentVersion, quantities } = holding;
  if (event.status === 'cancelled') {
    if (state !== 'held') return { order, age: 'none' };
    move(sheet, order, holding, 'released');
    return announced({ ...order, outcome: 'released', holding: NOTHING }, 'none');
  }
  // An order may come back of which nobody has told that it went.
  if (state === 'held') move(sheet, order, holding, 'taken');
  if (event.status === 'returned') {
    if (state === 'nothing') return { order, age: 'none' };
    move(sheet, order, holding, 'returned');
    return announced({ ...order, outcome: 'returned', holding: NOTHING }, 'none');
  }
  if (state !== 'held') return { order, age: 'none' };
  const taken = holdingOf('taken', contentVersion, quantities);
  return announced({ ...order, outcome: 'taken', holding: taken }, 'none');
}

const holdingOf = (
  state: 'held' | 'taken',
  contentVersion: number,
  quantities: readonly Quantity[],
): Holding => (quantities.length === 0 ? NOTHING : { state, contentVersion, quantities });

function move(
  sheet: StockSheet,
  { orderUid, version }: KnownOrder,
  { contentVersion, quantities }: Holding,
  kind: Step,
): void {
  const cause = eventIdOf(orderUid, version);
  for (const { chrtId, quantity } of quantities) {
    sheet.move(chrtId, STEPS[kind](quantity), { kind, orderUid, contentVersion, cause });
  }
}

/** The order with its next announcement. @param before as it is but for the number */
function announced(before: KnownOrder, age: Age): Weighed {
  const order = { ...before, number: before.number + 1 };
  return { order, age, news: newsOf(order) };
}

/** What is said of an order as it is now. */
export function newsOf(order: KnownOrder): StockNews {
  const { orderUid, version, number, outcome, missing, contentVersion, holding } = order;
  if (outcome === undefined) throw new TypeError(`there is nothing to say of the order ${orderUid}`);
  return {
    orderUid,
    number,
    outcome,
    contentVersion,
    reserved: holding.quantities,
    missing,
    cause: eventIdOf(orderUid, version),
  };
}
