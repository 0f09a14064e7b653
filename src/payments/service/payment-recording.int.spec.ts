import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { newOutbox } from '../../../test/support/new-outbox.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Database } from '../../platform/database/database.js';
import { Topics } from '../../platform/messaging/topics.js';
import { aPayment } from '../model/arbitrary-payments.fixture.js';
import type { KnownOrder } from '../model/known-order.js';
import { announcedStateOf, type PaymentAnnouncement } from '../model/payment-announcement.js';
import type { PaymentEvent, PaymentType } from '../model/payment-event.js';
import { paymentStateOf } from '../model/payment-state.js';
import { payments } from '../payments.module.js';
import { PaymentAnnouncements } from '../producer/payment-announcements.js';
import { BalanceRepository } from '../repository/balance.repository.js';
import { LedgerRepository } from '../repository/ledger.repository.js';
import { OrderNewsIntake } from './order-news-intake.js';
import { PaymentRecording, type RecordingOutcome } from './payment-recording.js';

let house: WaybillDatabase;
/** Another process on the same database. */
let otherDatabase: Database;
let processes: readonly Process[];

/** What a process does with payments. */
class Process {
  readonly ledger: LedgerRepository;
  readonly balances: BalanceRepository;
  private readonly recording: PaymentRecording;
  private readonly intake: OrderNewsIntake;

  constructor(private readonly database: Database) {
    this.ledger = new LedgerRepository(database);
    this.balances = new BalanceRepository(database);
    const announcements = new PaymentAnnouncements(newOutbox(), new Topics([]));
    this.recording = new PaymentRecording(this.balances, this.ledger, announcements);
    const deadLetters = newDeadLetters(database);
    this.intake = new OrderNewsIntake(database, this.balances, this.ledger, announcements, deadLetters);
  }

  record(...events: readonly PaymentEvent[]): Promise<RecordingOutcome[]> {
    return this.database.transaction((tx) => this.recording.record(tx, events));
  }

  hear(orderUid: string, order: KnownOrder): Promise<void> {
    return this.intake.receive([{ orderUid, order, eventId: `${orderUid}:${order.version}` }], []);
  }
}

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [payments] });
  otherDatabase = new Database(house.options);
  await otherDatabase.open(house.connection);
  processes = [new Process(house.database), new Process(otherDatabase)];
});
beforeEach(() => house.rows('TRUNCATE payments.ledger, payments.balances, outbox'));
afterAll(async () => {
  await otherDatabase.close();
  await house.drop();
});

const RECEIVED: KnownOrder = {
  version: 1,
  contentVersion: 1,
  status: 'received',
  amount: 100,
  currency: 'USD',
};
const TYPES: readonly PaymentType[] = ['captured', 'refunded', 'captured', 'disputed', 'dispute_won'];

const announced = async (orderUid: string): Promise<PaymentAnnouncement[]> => {
  const rows = await house.rows<{ payload: Buffer }>(
    'SELECT payload FROM outbox WHERE aggregateid = $1 ORDER BY id',
    [orderUid],
  );
  return rows.map(({ payload }) => JSON.parse(payload.toString()) as PaymentAnnouncement);
};
const uidsKept = async (): Promise<string[]> => {
  const rows = await house.rows<{ order_uid: string }>(
    'SELECT order_uid FROM payments.balances ORDER BY order_uid',
  );
  return rows.map(({ order_uid }) => order_uid);
};
const inBoth = <Result>(work: (process: Process, index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(processes.map(work));

it('events of one order in two processes at once have one order, in the ledger and in what is announced', async () => {
  const uid = 'one-order';
  await processes[0]!.hear(uid, RECEIVED);
  const events = Array.from({ length: 60 }, (_, n) =>
    aPayment({
      order_uid: uid,
      type: TYPES[n % TYPES.length]!,
      amount: (n % 7) + 1,
      transaction: `tx-${n % 3}`,
    }),
  );
  // Each process has all of them, in an order of its own, in batches and one by one.
  await inBoth(async (process, index) => {
    const own = index === 0 ? events : events.toReversed();
    await Promise.all(
      Array.from({ length: 12 }, (_, part) => process.record(...own.slice(part * 5, part * 5 + 5))),
    );
  });

  const ledger = (await processes[0]!.ledger.ofOrders([uid])).get(uid)!;
  expect(ledger.map(({ event_id }) => event_id).sort()).toEqual(
    events.map(({ event_id }) => event_id).sort(),
  );
  const announcements = await announced(uid);
  expect(announcements.length).toBeGreaterThan(30);
  expect(announcements.map(({ number }) => number)).toEqual(announcements.map((_, index) => index + 1));
  let place = -1;
  for (const announcement of announcements) {
    const causedAt = ledger.findIndex(({ event_id }) => event_id === announcement.cause);
    expect(causedAt).toBeGreaterThan(place);
    place = causedAt;
    const truth = announcedStateOf(paymentStateOf(ledger.slice(0, place + 1), RECEIVED));
    expect(announcement).toMatchObject(truth);
  }
  expect(announcements.at(-1)).toMatchObject(announcedStateOf(paymentStateOf(events, RECEIVED)));
});

it('an order that comes while it is paid for has all that was paid', async () => {
  const uids = Array.from({ length: 20 }, (_, n) => `order-${n}`);
  await Promise.all(
    uids.flatMap((uid) => {
      const halves = [1, 2].map(() => aPayment({ order_uid: uid, amount: 50 }));
      const [one, other] = processes as [Process, Process];
      return [
        one.record(halves[0]!),
        other.hear(uid, RECEIVED),
        other.record(halves[1]!),
        one.hear(uid, RECEIVED),
      ];
    }),
  );
  for (const uid of uids) {
    expect((await announced(uid)).at(-1)).toMatchObject({ payment_status: 'paid', net: 100 });
  }
});

it('batches of many orders, each in an order of its own, do not wait for each other in a circle', async () => {
  const uids = Array.from({ length: 50 }, (_, n) => `order-${n}`);
  const batches = Array.from({ length: 20 }, () =>
    uids.map((order_uid) => aPayment({ order_uid, amount: 1 })),
  );
  await inBoth((process, index) =>
    Promise.all(
      batches.map((batch, n) => process.record(...((n + index) % 2 === 0 ? batch : batch.toReversed()))),
    ),
  );
  const kept = await processes[0]!.balances.read(uids);
  for (const uid of uids) expect(kept.get(uid)!.state.balance.captured).toBe(batches.length);
});

it('of two events with one id, in two processes at once, one is refused and leaves nothing behind', async () => {
  for (let n = 0; n < 10; n++) {
    const event = aPayment({ order_uid: `one-${n}` });
    const outcomes = await inBoth((process, index) =>
      process.record(index === 0 ? event : { ...event, order_uid: `other-${n}` }),
    );
    expect(outcomes.flat().sort()).toEqual(['conflicting', 'recorded']);
    const kept = (await uidsKept()).filter((uid) => uid.endsWith(`-${n}`));
    expect(kept).toEqual([outcomes[0]![0] === 'recorded' ? `one-${n}` : `other-${n}`]);
  }
});

it('within a batch the first event of an id counts, and the others are compared with it', async () => {
  const event = aPayment();
  const outcomes = await processes[0]!.record(
    event,
    { ...event },
    { ...event, amount: 7 },
    { ...event, order_uid: 'elsewhere' },
  );
  expect(outcomes).toEqual(['recorded', 'known', 'conflicting', 'conflicting']);
  expect(await processes[1]!.record({ ...event }, { ...event, reason: 'x' })).toEqual([
    'known',
    'conflicting',
  ]);
  expect(await uidsKept()).toEqual([event.order_uid]);
});

it('what changes nothing that is kept leaves the row as it is', async () => {
  const [process] = processes as [Process];
  await process.hear('o', RECEIVED);
  const rows = () => house.rows('SELECT xmin::text, xmax::text, * FROM payments.balances');
  const before = await rows();
  await process.hear('o', { ...RECEIVED, version: 2 });
  await process.hear('o', RECEIVED);
  expect(await rows()).toEqual(before);
  await process.hear('o', { ...RECEIVED, version: 3, status: 'confirmed' });
  expect(await rows()).not.toEqual(before);
});

it('the ledger is only ever added to', async () => {
  await processes[0]!.record(aPayment());
  await expect(house.rows('UPDATE payments.ledger SET amount = 1')).rejects.toThrow('only ever added to');
  await expect(house.rows('DELETE FROM payments.ledger')).rejects.toThrow('only ever added to');
});
