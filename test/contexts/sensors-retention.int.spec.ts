import { expect, it } from 'vitest';
import { sensors } from '../../src/sensors/sensors.module.js';
import { ask } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { openWaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';

const SECONDS_PER_DAY = 86_400;

it('readings go after SENSORS_RETENTION_DAYS, and with the last of a sensor its latest value', async () => {
  const database = await openWaybillDatabase({ contexts: [sensors] });
  const now = Math.floor(Date.now() / 1_000);
  await database.rows(
    `INSERT INTO sensors.sensor_data (sensor_id, value, ts)
     VALUES ('old', 1, $1), ('both', 2, $1), ('both', 3, $2), ('new', 4, $2)`,
    [now - 3 * SECONDS_PER_DAY, now - SECONDS_PER_DAY],
  );
  const waybill = await startContexts(database, { SENSORS_RETENTION_DAYS: 2 }, [sensors]);
  try {
    const stored = () => database.rows('SELECT value FROM sensors.sensor_data ORDER BY value');
    await eventually(async () => expect(await stored()).toEqual([{ value: 3 }, { value: 4 }]));
    await eventually(async () => expect((await ask(`${waybill.url}/recent/old`)).status).toBe(404));
    expect((await ask(`${waybill.url}/recent/both`)).text).toBe('3');
    await eventually(async () => {
      const { text } = await ask(`${waybill.url}/metrics`);
      expect(text).toContain('waybill_sensors_readings_expired_total 2\n');
    });
  } finally {
    await waybill.stop();
    await database.drop();
  }
});
