import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { ConnectionSettings } from '../database/connection-settings.js';
import { messageOf } from './system-errors.js';

/** `waybill` in ASCII: the key of the advisory lock that the owner of a cluster holds. */
const LOCK_KEY = 0x77617962696c6cn;
/** Advisory locks belong to a database, and this one is always there. */
const LOCK_DATABASE = 'postgres';
const OWNER_NAME_PREFIX = 'waybill-owner:';

const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;

type Log = (message: string, fields?: Record<string, unknown>) => void;

interface Session {
  client: Client;
  /** the client's own, kept because only it can be told not to keep our process alive */
  socket: Socket;
}

/** What the running server tells of who uses it. */
export interface Ownership {
  /** a process holds the lock */
  held: boolean;
  holderPid: number | undefined;
  /** the process that started the server */
  starterPid: number | undefined;
}

/** The setting by which a server names the process that started it; shown in process lists too. */
export function clusterNameOf(starterPid: number): string {
  return `waybill:${starterPid}`;
}

/**
 * A connection over which ownership of a cluster is seen and taken: its owner holds a session-level advisory lock.
 * PostgreSQL lets go of it when the connection ends, so an owner that is killed leaves nothing to clean up.
 */
export class OwnerLock {
  #session: Session;
  #released = false;
  readonly #release = new AbortController();

  private constructor(
    private readonly connection: ConnectionSettings,
    session: Session,
    private readonly log: Log,
  ) {
    this.#session = session;
  }

  /** Connects without taking the lock. @throws whatever the server or the system says when there is no connection */
  static async connect(connection: ConnectionSettings, log: Log): Promise<OwnerLock> {
    return new OwnerLock(connection, await openSession(connection), log);
  }

  async ownership(): Promise<Ownership> {
    const { rows } = await this.#session.client.query<{
      held: boolean;
      holder: string | null;
      starter: string;
    }>(
      `select exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
                       and database = (select oid from pg_database where datname = current_database())
                       and (classid::bigint << 32) | objid::bigint = $1::bigint) as held,
              (select application_name from pg_stat_activity
                where application_name like '${OWNER_NAME_PREFIX}%' and pid in
                      (select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1
                         and (classid::bigint << 32) | objid::bigint = $1::bigint) limit 1) as holder,
              current_setting('cluster_name') as starter`,
      [LOCK_KEY.toString()],
    );
    const row = rows[0];
    return {
      held: row?.held ?? false,
      holderPid: pidIn(row?.holder),
      starterPid: pidIn(row?.starter),
    };
  }

  /** Takes the lock if it is free; says whether it is ours now. */
  async tryTake(): Promise<boolean> {
    const { rows } = await this.#session.client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1::bigint) as taken',
      [LOCK_KEY.toString()],
    );
    return rows[0]?.taken ?? false;
  }

  /** Creates the database if the cluster does not have it. */
  async ensureDatabase(name: string): Promise<void> {
    const { client } = this.#session;
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  }

  /**
   * Keeps the lock from now on: when the connection is lost, with pauses that grow, it is taken again. Neither the
   * connection nor the pauses keep our process alive.
   */
  hold(): void {
    this.#session.socket.unref();
    this.#session.client.once('end', () => void this.#takeAgain());
  }

  /** From now on the lock ends with its connection: for an owner that is about to stop the server. */
  keepNoLonger(): void {
    this.#released = true;
    this.#release.abort();
  }

  /** Ends the connection, and with it the lock. */
  async release(): Promise<void> {
    this.keepNoLonger();
    await this.#session.client.end().catch(() => undefined);
  }

  async #takeAgain(): Promise<void> {
    for (let pauseMs = RECONNECT_MIN_MS; !this.#released; pauseMs = Math.min(pauseMs * 2, RECONNECT_MAX_MS)) {
      let session: Session | undefined;
      try {
        await pause(pauseMs, undefined, { ref: false, signal: this.#release.signal });
        session = await openSession(this.connection);
        this.#session = session;
        if (this.#released) return await this.release();
        if (await this.tryTake()) return this.hold();
        this.log('another process has taken over the embedded PostgreSQL', { port: this.connection.port });
      } catch (error) {
        if (this.#released) return;
        this.log('the lock on the embedded PostgreSQL is not held', { reason: messageOf(error) });
      }
      await session?.client.end().catch(() => undefined);
    }
  }
}

async function openSession(connection: ConnectionSettings): Promise<Session> {
  const socket = new Socket();
  const client = new Client({
    ...connection,
    stream: () => socket,
    database: LOCK_DATABASE,
    application_name: OWNER_NAME_PREFIX + process.pid,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A lost connection is met by 'end', and during a query by the query's own error.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return { client, socket };
}

function pidIn(name: string | null | undefined): number | undefined {
  const pid = Number(name?.split(':')[1]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}
