import { randomUUID } from 'node:crypto';
import { eventually } from '../../support/eventually.js';
import { runWaybill } from '../../support/waybill-process.js';
import { EntriesReplica } from './entries-replica.js';
import type { EntriesServices } from './entries-services.js';
import { nameOf, type Place } from './entry-values.js';

const PARTITIONS = 4;
/** Few of those that there are, so that the others are read from Redis and PostgreSQL after a start. */
const WARM = 10;
const WELL_WITHIN_MS = 60_000;
/** Whose entries are no part of a history. */
const PROBE = 'probe';

export interface StageOptions {
  readonly replicas: number;
  /** ENTRIES_WRITE */
  readonly write: 'through' | 'behind';
  /** More settings of the program. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a key stands in PostgreSQL. */
export interface KeptEntry {
  readonly place: Place;
  readonly version: number;
  /** null: it was deleted, or has ended. */
  readonly value: Buffer | null;
}

/** A database, topics, and replicas of the program that share them. */
export class EntriesStage {
  private constructor(
    readonly services: EntriesServices,
    readonly replicas: readonly EntriesReplica[],
    private readonly database: string,
  ) {}

  /** Resolves when all replicas are well. */
  static async open(services: EntriesServices, options: StageOptions): Promise<EntriesStage> {
    const { postgres, kafka, redisPort } = services;
    const id = randomUUID().slice(0, 8);
    const database = await postgres.createDatabase();
    const env = {
      CONTEXTS: 'entries',
      KAFKA_BROKERS: kafka.brokers,
      KAFKA_GROUP_ID: `entries-${id}`,
      KAFKA_PARTITIONS: String(PARTITIONS),
      ENTRIES_TOPIC: `cache.persist-${id}`,
      ENTRIES_REHYDRATE_TOPIC: `cache.rehydrate-${id}`,
      ENTRIES_WRITE: options.write,
      ENTRIES_WARM: String(WARM),
      ...postgres.settings(database),
      ...options.env,
    };
    const { NODE_OPTIONS: _sabotage, ...plain }: Record<string, string> = env;
    const migrated = await runWaybill({ env: plain, command: ['migrate'] });
    if (migrated.code !== 0) throw new Error(`the tables were not made:\n${migrated.stderr}`);
    const replicas: EntriesReplica[] = [];
    for (let number = 0; number < options.replicas; number++) {
      const name = String.fromCharCode('a'.charCodeAt(0) + number);
      const postgresPort = postgres.wire.port;
      replicas.push(await EntriesReplica.of({ name, env, postgresPort, redisPort }));
    }
    const stage = new EntriesStage(services, replicas, database);
    try {
      await Promise.all(replicas.map(({ program }) => program.start()));
      await stage.untilWell();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /**
   * Resolves once each replica takes a write, and answers a read.
   *
   * @returns milliseconds that it was waited
   * @throws NotInTimeError
   */
  async untilWell(): Promise<number> {
    const startedAtMs = performance.now();
    await Promise.all(
      this.replicas.map(({ url, name }) => eventually(() => probe(url, name), { timeoutMs: WELL_WITHIN_MS })),
    );
    return performance.now() - startedAtMs;
  }

  /** All that PostgreSQL has, by {@link nameOf}; of what has ended no value. */
  async kept(): Promise<Map<string, KeptEntry>> {
    interface Row {
      readonly instance_id: Buffer;
      readonly key: Buffer;
      readonly version: string;
      readonly value: Buffer | null;
    }
    const rows = await this.services.postgres.query<Row>(
      this.database,
      `SELECT instance_id, key, version,
              CASE WHEN ends_at IS NULL OR ends_at > clock_timestamp() THEN value END AS value
         FROM entries.cache_entries`,
    );
    const entries = rows.map(({ instance_id, key, version, value }): [string, KeptEntry] => {
      const place = { instance: instance_id.toString(), key: key.toString() };
      return [nameOf(place), { place, version: Number(version), value }];
    });
    return new Map(entries.filter(([, { place }]) => place.instance !== PROBE));
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.close()));
  }
}

/** @throws Error in words, when the replica does not take a write, or does not show it */
async function probe(url: string, name: string): Promise<void> {
  const address = `${url}/v1/cache/${name}`;
  const body = JSON.stringify({ value: name });
  const headers = { 'x-instance-id': PROBE, 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(WELL_WITHIN_MS);
  const put = await fetch(address, { method: 'PUT', headers, signal, body });
  const said = await put.text();
  if (!put.ok) throw new Error(`replica ${name} refuses a write: ${put.status} ${said}`);
  const got = await fetch(address, { headers, signal });
  const told = await got.text();
  // Whether that is true is for the callers to find out.
  if (!got.ok) throw new Error(`replica ${name} does not show a write: ${got.status} ${told}`);
}
