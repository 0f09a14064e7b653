import type { WaybillDatabase } from './waybill-database.js';

interface Message {
  /** As the deployment calls it. */
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers?: object;
}

/** Sends what another program would, through the outbox and by the program's relay. */
export const sendMessage = (
  database: WaybillDatabase,
  { topic, key, value, headers = {} }: Message,
): Promise<unknown> =>
  database.rows(
    `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
     VALUES ('test', $2, 'test', $1, $4, convert_to($3, 'UTF8'))`,
    [topic, key, value, JSON.stringify(headers)],
  );

/** The same with a null value. */
export const sendTombstone = (database: WaybillDatabase, topic: string, key: string): Promise<unknown> =>
  database.rows(
    `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload, exact)
     VALUES ('test', $2, 'test', $1, '{}', '', jsonb_build_object(
       'key', encode(convert_to($2, 'UTF8'), 'base64'), 'headers', '{}'::jsonb, 'is_tombstone', true))`,
    [topic, key],
  );
