import type { Admin } from 'kafkajs';
import type { FaultyPostgres } from './faulty-postgres.js';
import type { Findings } from './findings.js';
import { originOf, POISON_HEADER } from './sources.js';
import type { TopicReader } from './topic-reader.js';

export interface WatchedGroup {
  readonly admin: Admin;
  readonly groupId: string;
  readonly database: string;
}

/** How many contents orders have had; their other versions are of states. */
const CONTENTS = `
  SELECT order_uid, 1 + (SELECT count(*) FROM order_history AS h
    WHERE h.order_uid = o.order_uid AND h.change = 'content')::int AS contents
  FROM orders AS o WHERE order_uid = ANY ($1)`;

/** Sees whether all that a group has committed is in the database: at each look, what was committed since the last. */
export class OffsetWatch {
  private readonly checked = new Map<number, number>();
  /** Revisions of each order before the offsets checked, and the last one's text. */
  private revisions = new Map<string, { count: number; text: string }>();

  constructor(
    private readonly group: WatchedGroup,
    private readonly orders: TopicReader,
    private readonly postgres: FaultyPostgres,
    private readonly findings: Findings,
  ) {}

  /** @throws when Kafka or PostgreSQL is away; the next look then sees to what this one could not */
  async look(): Promise<void> {
    const { admin, groupId, database } = this.group;
    const { topic } = this.orders;
    // The offsets first: what they cover was in the database by then, or never will be on their account.
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const committed = new Map(
      offsets!.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
    );
    await this.orders.readOn();
    const revisions = new Map(this.revisions);
    const orderUids = new Set<string>();
    const poison: { topic: string; partition: number; offset: number }[] = [];
    for (const { partition, offset, key, value, headers } of this.orders.records) {
      if (offset < (this.checked.get(partition) ?? 0) || offset >= (committed.get(partition) ?? 0)) continue;
      if (POISON_HEADER in headers) {
        poison.push({ topic, partition, offset });
        continue;
      }
      const text = value!.toString();
      const before = revisions.get(key) ?? { count: 0, text: '' };
      if (before.text !== text) revisions.set(key, { count: before.count + 1, text });
      orderUids.add(key);
    }
    const contents = await this.postgres.query<{ order_uid: string; contents: number }>(database, CONTENTS, [
      [...orderUids],
    ]);
    const letters = await this.postgres.query<{ topic: string; partition: number; offset: number }>(
      database,
      'SELECT topic, partition, "offset"::float8 AS "offset" FROM dead_letters',
    );
    const contentsOf = new Map(contents.map((row) => [row.order_uid, row.contents]));
    const origins = new Set(letters.map(originOf));
    for (const orderUid of orderUids) {
      const { count } = revisions.get(orderUid)!;
      if ((contentsOf.get(orderUid) ?? 0) < count) {
        this.findings.add('offset beyond what is stored', `${orderUid}: revision ${count} is not there`);
      }
    }
    for (const event of poison) {
      if (!origins.has(originOf(event))) this.findings.add('offset beyond what is stored', originOf(event));
    }
    this.revisions = revisions;
    for (const [partition, offset] of committed) this.checked.set(partition, offset);
  }
}
