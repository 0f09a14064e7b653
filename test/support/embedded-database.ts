import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

/** Runs statements in the embedded PostgreSQL of a running Waybill, as somebody who meddles with it would. */
export async function runInEmbedded(dataDir: string, ...statements: string[]): Promise<void> {
  const client = await connect(dataDir);
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Nobody can send a faulty event over HTTP: it is put where the relay takes it from, as Kafka would bring it. */
export async function sendEvents(dataDir: string, ...values: string[]): Promise<void> {
  const rows = values.map(
    (value, n) =>
      `('order', 'key-${n}', 'order', 'orders', '{}', convert_to('${value.replaceAll("'", "''")}', 'UTF8'))`,
  );
  await runInEmbedded(
    dataDir,
    `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload) VALUES ${rows.join()}`,
    `SELECT pg_notify('waybill_outbox', '')`,
  );
}

/** Rows that stand in the embedded PostgreSQL of a running Waybill. */
export async function rowsInEmbedded<Row extends object>(dataDir: string, query: string): Promise<Row[]> {
  const client = await connect(dataDir);
  try {
    return (await client.query<Row>(query)).rows;
  } finally {
    await client.end();
  }
}

/** Does something in a transaction that stays open, with all that it has locked, and is undone by `release`. */
export async function hold(dataDir: string, statement: string): Promise<{ release(): Promise<void> }> {
  const client = await connect(dataDir);
  await client.query('BEGIN');
  await client.query(statement);
  return { release: () => client.end() };
}

async function connect(dataDir: string): Promise<Client> {
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
  const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  const client = new Client({
    host: '127.0.0.1',
    port: Number(pidFile.split('\n')[3]),
    user: 'waybill',
    password,
    database: 'waybill',
  });
  await client.connect();
  return client;
}
