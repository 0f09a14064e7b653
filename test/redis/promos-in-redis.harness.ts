import { afterAll, beforeAll } from 'vitest';
import { PromosStage } from '../faults/promos/promos-stage.js';
import { IN_SHORT, USERS_A_SCALE } from '../faults/promos/scenario.js';
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
