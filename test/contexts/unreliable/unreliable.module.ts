import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { EntitySchema, type MigrationInterface, type QueryRunner } from 'typeorm';
import { Settings } from '../../../src/platform/config/setting-group.js';
import type { Context } from '../../../src/platform/context.js';
import { Database } from '../../../src/platform/database/database.js';
import type { ReceivedEvent } from '../../../src/platform/messaging/received-event.js';
import { Subscribe } from '../../../src/platform/messaging/subscription.js';
import { dieFor, suffer } from './trouble.js';
import { UNRELIABLE_SETTINGS, UnreliableSettings } from './unreliable.settings.js';

const SeenEntity = new EntitySchema<{ order_uid: string }>({
  name: 'seen',
  schema: 'unreliable',
  tableName: 'seen',
  columns: { order_uid: { type: 'text', primary: true, primaryKeyConstraintName: 'pk_seen' } },
});

class Seen1796169600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE unreliable.seen (order_uid text NOT NULL, CONSTRAINT pk_seen PRIMARY KEY (order_uid))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE unreliable.seen`);
  }
}

const STORE = `
  INSERT INTO unreliable.seen (order_uid) SELECT DISTINCT unnest($1::text[]) ORDER BY 1 ON CONFLICT DO NOTHING`;

/** Notes the orders that it is handed, unless it is in trouble. */
@Controller()
class UnreliableConsumer {
  private readonly troubleFile: string | undefined;

  constructor(
    private readonly database: Database,
    settings: Settings,
  ) {
    this.troubleFile = settings.of(UnreliableSettings).UNRELIABLE_TROUBLE_FILE;
  }

  @Subscribe({ context: 'unreliable', topic: 'orders', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    await suffer(this.troubleFile);
    const orders = events.map(
      ({ value }) => JSON.parse(value!.toString()) as { order_uid: string; customer_id: string },
    );
    for (const { customer_id: customer } of orders) dieFor(customer);
    await this.database.source.query(STORE, [orders.map(({ order_uid: uid }) => uid)]);
  }
}

@Module({ controllers: [UnreliableConsumer] })
class UnreliableModule {}

/** A third reader of the topic of orders, which gets into trouble, or ends the process, when it is told to. */
export const unreliable: Context = {
  name: 'unreliable',
  settings: UNRELIABLE_SETTINGS,
  entities: [SeenEntity],
  migrations: [Seen1796169600002],
  topics: () => ({}),
  consumes: ['orders'],
  module: () => ({ module: UnreliableModule }),
};
