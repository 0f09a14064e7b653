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

/** Has every statement that writes to a table hang until `release` is called. */
export async function holdLocked(dataDir: string, table: string): Promise<{ release(): Promise<void> }> {
  const client = await connect(dataDir);
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${table} IN EXCLUSIVE MODE`);
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
