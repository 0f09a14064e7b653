import { pino } from 'pino';
import { register } from 'prom-client';
import { expect, it } from 'vitest';
import { sensors } from '../../src/sensors/sensors.module.js';
import { Waybill } from '../../src/waybill.js';
import { ask } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { houseOf } from '../support/house-of.js';
import { openWaybillDatabase } from '../support/waybill-database.js';

it('a deployment may be for sensors alone: a made-up reading is at hand within 3 s of being ready', async () => {
  const database = await openWaybillDatabase();
  const { host, port, user, password, database: name } = database.connection;
  const house = houseOf(
    {
      DB_HOST: host,
      DB_PORT: port,
      DB_USER: user,
      DB_PASSWORD: password,
      DB_NAME: name,
      SERVER_PORT: 0,
      CONTEXTS: ['sensors'],
      ROLES: ['api', 'consumer', 'relay', 'producer'],
    },
    [sensors],
  );
  register.clear();
  const waybill = await Waybill.start(house, pino({ level: 'silent' }));
  try {
    await waybill.whenReady();
    const recent = () => ask(`${waybill.url}/recent/sensor-123`);
    await eventually(async () => expect((await recent()).status).toBe(200), { timeoutMs: 3_000 });
    expect((await ask(`${waybill.url}/api/orders`)).status).toBe(404);
  } finally {
    await waybill.stop();
    await database.drop();
  }
});
