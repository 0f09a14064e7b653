import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { lagConformance } from './lag.conformance.js';
import { transportConformance } from './transport.conformance.js';
import { freshTopics, type Program, startProgram } from './transport.harness.js';

transportConformance('the loopback', () => ({ settings: {}, reachesOtherProcesses: false }));
lagConformance('the loopback', () => ({}));

const WAIT = { timeout: 20_000, interval: 10 };

describe('the loopback', () => {
  let house: WaybillDatabase;
  let program: Program;
  const topics = freshTopics();

  beforeEach(async () => {
    house = await openWaybillDatabase();
    program = await startProgram({ database: house.database, topics, settings: {} });
  });

  afterEach(async () => {
    await program.stop();
    await house.drop();
  });

  it('keeps the rows in the outbox until their handler is done', async () => {
    let finish = (): void => undefined;
    program.handlers.onLetters = () => new Promise<void>((resolve) => (finish = resolve));
    await program.send({ topic: topics.letters, key: 'a', value: 'held' });
    await vi.waitFor(() => expect(program.handlers.batches).toHaveLength(1), WAIT);
    expect(await house.rows('SELECT id FROM outbox')).toHaveLength(1);
    finish();
    await vi.waitFor(async () => expect(await house.rows('SELECT id FROM outbox')).toEqual([]), WAIT);
  });
});
