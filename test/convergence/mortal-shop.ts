import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { register } from 'prom-client';
import { Waybill } from '../../src/waybill.js';
import { inventory } from '../../src/inventory/inventory.module.js';
import { payments } from '../../src/payments/payments.module.js';
import { tracking } from '../../src/tracking/tracking.module.js';
import { eventually } from '../support/eventually.js';
import { houseOf } from '../support/house-of.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';

const SHOP = ['orders', 'payments', 'tracking', 'inventory'];
const QUIET_WITHIN_MS = 60_000;
const LOOK_MS = 10;
const ASK_AGAIN_MS = 10;
const ASK_WITHIN_MS = 30_000;
const PROCESSED_WITHIN_MS = 30_000;
/** Said of an Idempotency-Key whose first request has not ended, as the one of a process that has died. */
const UNDER_WAY = /under way/;

/** An event as it comes in on a topic. */
export interface TopicMessage {
  readonly topic: string;
  readonly key: string;
  readonly value: object;
  readonly headers?: object;
}

/** A message that the program has put into its outbox. */
export interface Told {
  readonly id: number;
  readonly topic: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: Record<string, unknown>;
}

export interface ShopRequest {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly body: object;
  readonly headers?: Record<string, string>;
}

/**
 * What only this needs of the database. `told` keeps what the program has said, but for what the test says again itself. While
 * `dying` has a row nothing that was processed can be acknowledged: deliveries have been committed by their contexts,
 * and the transaction that deletes them is undone.
 */
const SPIES = `
  CREATE TABLE told (id bigint PRIMARY KEY, topic text, key text, headers jsonb, payload bytea);
  CREATE FUNCTION keep_told() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.aggregatetype <> 'test' THEN
      INSERT INTO told VALUES (NEW.id, NEW.topic, NEW.aggregateid, NEW.headers, NEW.payload);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER keep_told AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION keep_told();
  CREATE TABLE dying (since timestamptz);
  CREATE SEQUENCE unacknowledged;
  CREATE FUNCTION die_unacknowledged() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM dying) THEN
      PERFORM nextval('unacknowledged');
      RAISE EXCEPTION 'the process dies before it can acknowledge';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER die_unacknowledged AFTER DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION die_unacknowledged();
  CREATE TRIGGER die_unacknowledged AFTER DELETE ON loopback_backlog FOR EACH STATEMENT EXECUTE FUNCTION die_unacknowledged()`;

/** One statement sees one moment, and what is deleted from the outbox has left its results there by then. */
const UNDER_WAY_STILL = `
  SELECT (SELECT count(*) FROM outbox)::int AS outbox, (SELECT count(*) FROM loopback_backlog)::int AS backlog,
    (SELECT count(*) FROM tracking.fan_outs)::int AS fan_outs,
    (SELECT count(*) FROM order_announcements JOIN orders USING (order_uid) WHERE waiting)::int AS waiting`;

/** The four contexts of the shop in one process, which can die at any moment and is started again. */
export class MortalShop {
  /** How often a batch was processed and could not be acknowledged, and how often the process died. */
  unacknowledged = 0;
  deaths = 0;
  private waybill!: Waybill;
  private wire!: TcpProxy;
  private calls = new AbortController();
  private readonly dead: Promise<void>[] = [];

  private constructor(readonly house: WaybillDatabase) {}

  static async open(): Promise<MortalShop> {
    const house = await openWaybillDatabase({ contexts: [payments, tracking, inventory] });
    const shop = new MortalShop(house);
    await house.rows(SPIES);
    await shop.start();
    return shop;
  }

  async close(): Promise<void> {
    await this.waybill.stop();
    await Promise.all(this.dead);
    await this.wire.close();
    await this.house.drop();
  }

  /** Puts events on their topics, in this order. */
  async publish(messages: readonly TopicMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.house.rows(
      `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
       SELECT 'test', key, 'test', topic, headers::jsonb, convert_to(value, 'UTF8')
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS e(topic, key, value, headers, place)
       ORDER BY place`,
      [
        messages.map(({ topic }) => topic),
        messages.map(({ key }) => key),
        messages.map(({ value }) => JSON.stringify(value)),
        messages.map(({ headers = {} }) => JSON.stringify(headers)),
      ],
    );
    await this.house.rows(`SELECT pg_notify('waybill_outbox', '')`);
  }

  /** Asks until there is an answer that stands, however often the process dies meanwhile. @returns its status */
  async ask({ method, path, body, headers }: ShopRequest): Promise<number> {
    const deadline = Date.now() + ASK_WITHIN_MS;
    for (;;) {
      const { signal } = this.calls;
      const answer = await fetch(`${this.waybill.url}${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal,
      }).catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (answer !== undefined && text !== undefined && answer.status < 500 && !UNDER_WAY.test(text))
        return answer.status;
      if (Date.now() > deadline) throw new Error(`${method} ${path} got no answer that stands: ${text}`);
      await pause(ASK_AGAIN_MS);
    }
  }

  async get(path: string): Promise<{ readonly headers: Headers; readonly value: unknown }> {
    const answer = await fetch(`${this.waybill.url}${path}`);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${text}`);
    return { headers: answer.headers, value: JSON.parse(text) };
  }

  /** The process is gone at once, with whatever it was at, and another one takes its place. */
  async die(): Promise<void> {
    await this.end();
    await this.start();
  }

  /** The process dies once it has processed something and not acknowledged it, so that all of it comes again. */
  async dieUnacknowledged(send: () => Promise<unknown>): Promise<void> {
    const before = await this.unacknowledgedSoFar();
    await this.house.rows('INSERT INTO dying VALUES (now())');
    const sent = send();
    try {
      await eventually(
        async () => {
          const now = await this.unacknowledgedSoFar();
          if (now === before) throw new Error('nothing was processed');
          this.unacknowledged += now - before;
        },
        { timeoutMs: PROCESSED_WITHIN_MS },
      );
    } finally {
      await this.end();
      await this.house.rows('DELETE FROM dying');
      await this.start();
    }
    await sent;
  }

  /** Resolves once nothing is under way between the contexts. @throws when it does not come to an end */
  async quiet(): Promise<void> {
    for (const deadline = Date.now() + QUIET_WITHIN_MS; ;) {
      const [left] = (await this.house.rows(UNDER_WAY_STILL)) as [Record<string, number>];
      if (Object.values(left).every((count) => count === 0)) return;
      if (Date.now() > deadline) throw new Error(`it does not come to rest: ${JSON.stringify(left)}`);
      await pause(LOOK_MS);
    }
  }

  /** What was said of these orders, in the order in which it was said. */
  async told(keys: readonly string[]): Promise<Told[]> {
    return this.house.rows<Told>(
      `SELECT id, topic, key, headers, convert_from(payload, 'UTF8')::json AS value FROM told
       WHERE key = ANY ($1) AND topic LIKE '%-status' ORDER BY id`,
      [keys],
    );
  }

  /** Grows with every message that is put into the outbox. */
  async messagesEver(): Promise<number> {
    const [row] = await this.house.rows<{ n: number }>('SELECT last_value::int AS n FROM outbox_id_seq');
    return row!.n;
  }

  private async unacknowledgedSoFar(): Promise<number> {
    const [row] = await this.house.rows<{ n: number }>(
      'SELECT CASE WHEN is_called THEN last_value ELSE 0 END::int AS n FROM unacknowledged',
    );
    return row!.n;
  }

  /** What PostgreSQL was asked to do and not to commit is undone; the process itself finds nobody, and nobody finds it. */
  private async end(): Promise<void> {
    const { waybill, wire, calls } = this;
    this.deaths++;
    await wire.refuse();
    this.calls = new AbortController();
    calls.abort();
    this.dead.push(waybill.stop());
    // The guard against poison goes slowly after a death, and ends by refusing what was tried at several. It has its own
    // tests; a crash of PostgreSQL would forget this as well.
    await this.house.rows('DELETE FROM partition_claims');
  }

  private async start(): Promise<void> {
    const { host, port, user, password, database } = this.house.connection;
    this.wire = await TcpProxy.open(port);
    const house = houseOf({
      DB_HOST: host,
      DB_PORT: this.wire.port,
      DB_USER: user,
      DB_PASSWORD: password,
      DB_NAME: database,
      SERVER_PORT: 0,
      CONTEXTS: SHOP,
    });
    register.clear();
    const contexts = house.contexts.filter(({ name }) => SHOP.includes(name));
    this.waybill = await Waybill.start(
      { ...house, contexts },
      pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    );
    await this.waybill.whenReady();
  }
}
