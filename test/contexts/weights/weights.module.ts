import { Controller, Injectable, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { EntitySchema, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { Context } from '../../../src/platform/context.js';
import { Database } from '../../../src/platform/database/database.js';
import { DeadLetters } from '../../../src/platform/dead-letters/dead-letters.js';
import type { ReceivedEvent, RefusedEvent } from '../../../src/platform/messaging/received-event.js';
import { Subscribe } from '../../../src/platform/messaging/subscription.js';
import { type StoredWeight, WEIGHT_CACHE, WeightCache } from './weight-cache.js';
import { WeightsController } from './weights.controller.js';

/** How many pieces an order has. */
type Weight = Omit<StoredWeight, 'version'>;

const WeightEntity = new EntitySchema<StoredWeight>({
  name: 'weight',
  schema: 'weights',
  // The same name as an order's part has in `public`.
  tableName: 'items',
  columns: {
    order_uid: { type: 'text', primary: true, primaryKeyConstraintName: 'pk_items' },
    pieces: { type: 'integer' },
    version: { type: 'integer', default: 1 },
  },
});

class Weights1796169600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE weights.items (
        order_uid text    NOT NULL,
        pieces    integer NOT NULL,
        version   integer NOT NULL DEFAULT 1,
        CONSTRAINT pk_items PRIMARY KEY (order_uid)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE weights.items`);
  }
}

const STORE = `
  INSERT INTO weights.items (order_uid, pieces)
  SELECT order_uid, pieces FROM jsonb_to_recordset($1::jsonb) AS e(order_uid text, pieces integer)
  ORDER BY order_uid
  ON CONFLICT (order_uid) DO UPDATE SET pieces = excluded.pieces, version = items.version + 1
  RETURNING order_uid, pieces, version`;

/** What every process knows of all orders, read anew at each start. */
@Injectable()
export class KnownPieces {
  readonly ofOrder = new Map<string, number>();
  /** Whether all that there was at the start has been read. */
  isWhole = false;
}

/** A second reader of a topic that is somebody else's. An order of more pieces than it can carry is refused. */
@Controller()
class WeightsConsumer {
  constructor(
    private readonly database: Database,
    private readonly deadLetters: DeadLetters,
    private readonly known: KnownPieces,
    private readonly cache: WeightCache,
  ) {}

  @Subscribe({ context: 'weights', topic: 'orders', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const rows = new Map<string, Weight>();
    const refused: RefusedEvent[] = [];
    for (const event of events) {
      const row = piecesOf(event);
      if (row === undefined) refused.push({ event, reason: 'must be an order', attempts: 1 });
      else if (row.pieces > MAX_PIECES) {
        refused.push({ event, reason: `items must be ${MAX_PIECES} at most`, attempts: 1 });
      } else rows.set(row.order_uid, row);
    }
    const stored = await this.database.transaction(async (tx) => {
      await this.deadLetters.append(tx, refused);
      return tx.query<StoredWeight[]>(STORE, [JSON.stringify([...rows.values()])]);
    });
    this.cache.put(stored);
  }

  @Subscribe({ context: 'weights', topic: 'orders', mode: 'replay' })
  learn(@Payload() events: readonly ReceivedEvent[]): void {
    if (events.length === 0) this.known.isWhole = true;
    for (const event of events) {
      const row = piecesOf(event);
      if (row !== undefined) this.known.ofOrder.set(row.order_uid, row.pieces);
    }
  }
}

export const MAX_PIECES = 3;

function piecesOf({ value }: ReceivedEvent): Weight | undefined {
  try {
    const { order_uid, items } = JSON.parse(value?.toString() ?? '') as {
      order_uid: string;
      items: object[];
    };
    return { order_uid, pieces: items.length };
  } catch {
    return undefined;
  }
}

@Module({ controllers: [WeightsConsumer, WeightsController], providers: [KnownPieces, WeightCache] })
class WeightsModule {}

/** A context that has no topic of its own: it reads what orders reads. */
export const weights: Context = {
  name: 'weights',
  entities: [WeightEntity],
  migrations: [Weights1796169600001],
  topics: () => ({}),
  consumes: ['orders'],
  caches: [WEIGHT_CACHE],
  module: () => ({ module: WeightsModule }),
};
