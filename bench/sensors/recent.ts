import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import type { Progress } from '../../src/platform/progress.js';
import { onServer } from '../database.js';
import { SERVER_CORE } from '../pinning.js';
import { migrate } from '../program.js';
import { measureRow } from '../read/hot.js';
import type { Figures } from '../read/figures.js';
import type { HotRow } from '../read/hot-rows.js';
import { withPinnedProgram } from '../read/pinned-program.js';
import { startReference } from '../reference-server.js';
import { firstReadings } from './reading-events.js';
import { SENSORS_ALONE } from './reading-runs.js';

const RAW = 'raw node:http';
const RECENT_ROUTE = '/recent/:sensor_id';

export interface RecentOptions {
  readonly database: { readonly url: string; readonly connection: ConnectionSettings };
  readonly sensors: number;
  readonly rounds: number;
  /** How long each of them is under load, each time. */
  readonly seconds: number;
}

/** Measures `GET /recent/:sensor_id` from memory, beside raw node:http. @returns what was wrong */
export async function measureRecent(
  { database, sensors, rounds, seconds }: RecentOptions,
  figures: Figures,
  progress: Progress,
): Promise<string[]> {
  await migrate(database.url, SENSORS_ALONE);
  await storeReadings(database.connection, sensors);
  const rows = recentRows(sensors);
  const raw = await startReference('raw-recent.ts', { sensors }, SERVER_CORE);
  try {
    return await withPinnedProgram({ DATABASE_URL: database.url, ...SENSORS_ALONE }, async (waybill) => {
      const faults: string[] = [];
      for (let round = 1; round <= rounds; round++) {
        const title = `sensors, from memory, round ${round} of ${rounds}`;
        let turn = 0;
        progress.start(title);
        const onTurn = (): void => progress.show(++turn, rows.length * 2);
        for (const row of rows) {
          const wrong = await measureRow(row, { [RAW]: raw.url, waybill }, seconds, figures, onTurn);
          faults.push(...wrong.map((fault) => `${title}, ${row.name}, ${fault}`));
        }
        progress.finish();
      }
      return faults;
    });
  } finally {
    await raw.stop();
  }
}

function recentRows(sensors: number): HotRow[] {
  const held = firstReadings(sensors).map(({ sensor_id, timestamp, id }) => ({
    path: `/recent/${sensor_id}`,
    etag: `"${timestamp}-${id}"`,
  }));
  return [
    {
      name: 'hot GET',
      route: RECENT_ROUTE,
      requests: held.map(({ path }) => ({ path })),
      status: 200,
      references: [RAW],
    },
    {
      name: 'not modified',
      route: RECENT_ROUTE,
      requests: held.map(({ path, etag }) => ({ path, headers: { 'if-none-match': etag } })),
      status: 304,
      references: [RAW],
    },
  ];
}

async function storeReadings(connection: ConnectionSettings, sensors: number): Promise<void> {
  const readings = firstReadings(sensors);
  await onServer(connection, (client) =>
    client.query(
      `INSERT INTO sensors.sensor_data (id, sensor_id, value, ts)
       SELECT * FROM unnest($1::bigint[], $2::text[], $3::float8[], $4::bigint[])`,
      [
        readings.map(({ id }) => id),
        readings.map(({ sensor_id }) => sensor_id),
        readings.map(({ value }) => value),
        readings.map(({ timestamp }) => timestamp),
      ],
    ),
  );
}
