import { afterAll, beforeAll, expect } from 'vitest';
import { Promises } from '../faults/promos/promises.js';
import { PromosStage } from '../faults/promos/promos-stage.js';
import { IN_SHORT, type PromosScenario, USERS_A_SCALE } from '../faults/promos/scenario.js';
import { untilBothWell } from '../faults/promos/well-again.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** More than the program's own: what may be late on a busy machine is told all the same. */
const REQUEST_TIMEOUT_MS = 1_000;
const SLACK_MS = 2_000;

/** What any answer may take. */
export const ANSWERED_WITHIN_MS = REQUEST_TIMEOUT_MS + SLACK_MS;

/** To be called within a describe block: opens a stage for its tests, and closes it after them. */
export function usePromosStage(redisCommand: string | undefined, use: (opened: PromosStage) => void): void {
  let database: TestDatabase;
  let stage: PromosStage;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await PromosStage.open({
      connection: database.connection,
      redisCommand: redisCommand ?? '',
      users: IN_SHORT.users * USERS_A_SCALE,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
    });
    await untilBothWell(stage);
    use(stage);
  });
  afterAll(async () => {
    await stage?.close();
    await database?.drop();
  });
}

/** Brings it about, and has all who ask told what was promised. */
export async function isToldAsPromised(stage: PromosStage, scenario: PromosScenario): Promise<void> {
  const promises = new Promises(stage.stored, ANSWERED_WITHIN_MS);
  await scenario.run(stage, promises, IN_SHORT);
  expect(promises.broken()).toEqual([]);
  expect(promises.told).not.toEqual([]);
}
