import type { INestApplicationContext } from '@nestjs/common';
import { pino } from 'pino';
import { register } from 'prom-client';
import { orders } from '../../src/orders/orders.module.js';
import type { Context } from '../../src/platform/context.js';
import { Waybill } from '../../src/waybill.js';
import { type ChosenSettings, houseOf } from '../support/house-of.js';
import type { WaybillDatabase } from '../support/waybill-database.js';
import { parcels } from './parcels/parcels.module.js';
import { KnownPieces, weights } from './weights/weights.module.js';

/** The program with example contexts beside orders, within this process, on a port that is free. */
export async function startContexts(
  { connection }: WaybillDatabase,
  settings: ChosenSettings,
  contexts: readonly Context[] = [parcels, weights],
): Promise<Waybill> {
  const chosen: ChosenSettings = {
    DB_HOST: connection.host,
    DB_PORT: connection.port,
    DB_USER: connection.user,
    DB_PASSWORD: connection.password,
    DB_NAME: connection.database,
    SERVER_PORT: 0,
    CONTEXTS: ['orders', ...contexts.map(({ name }) => name)],
    ...settings,
  };
  register.clear();
  const house = houseOf(chosen, [orders, ...contexts]);
  const waybill = await Waybill.start(house, pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }));
  await waybill.whenReady();
  return waybill;
}

/** What the second example has read from the beginning of its topic. */
export const knownPieces = (waybill: Waybill): KnownPieces =>
  (waybill as unknown as { app: INestApplicationContext }).app.get(KnownPieces, { strict: false });
