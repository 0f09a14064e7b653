import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../src/platform/config/environment.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { freshTopics, type Program, startProgram, type TestTopics } from './transport.harness.js';

const WAIT = { timeout: 20_000, interval: 100 };

/** What every transport tells of how far a context is behind. */
export function lagConformance(name: string, settingsOf: () => Partial<Environment>): void {
  describe(`the lag on ${name}`, () => {
    const settings = settingsOf();
    let house: WaybillDatabase;
    let topics: TestTopics;
    let programs: Program[];

    beforeEach(async () => {
      house = await openWaybillDatabase();
      topics = freshTopics();
      programs = [];
    });

    afterEach(async () => {
      for (const program of programs) await program.stop();
      await house.drop();
    });

    async function start(more: Partial<Environment> = {}): Promise<Program> {
      const program = await startProgram({
        database: house.database,
        topics,
        settings: { ...settings, ...more },
      });
      programs.push(program);
      return program;
    }

    const send = (program: Program, count: number): Promise<void> =>
      program.send(
        ...Array.from({ length: count }, (_, n) => ({ topic: topics.letters, key: `k${n}`, value: `${n}` })),
      );

    const isThere = (program: Program, messages: number, seconds: number): Promise<void> =>
      vi.waitFor(async () => {
        expect(await program.lag()).toMatchObject({ context: 'letters', messages, seconds });
      }, WAIT);

    it('is nothing where nothing has come, and again once all is processed', async () => {
      const program = await start();
      await isThere(program, 0, 0);
      await send(program, 30);
      await vi.waitFor(() => expect(program.handlers.handled).toHaveLength(30), WAIT);
      await isThere(program, 0, 0);
    });

    it('is all that came while nothing can be processed, and grows older meanwhile', async () => {
      const program = await start();
      await isThere(program, 0, 0);
      let isAway = true;
      program.handlers.onLetters = () =>
        isAway
          ? Promise.reject(Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' }))
          : Promise.resolve();
      const sentMs = performance.now();
      await send(program, 40);
      await vi.waitFor(async () => expect((await program.lag())?.messages).toBe(40), WAIT);
      // It is paused by then.
      await sleep(3_000);
      const { messages, seconds } = (await program.lag())!;
      expect(messages).toBe(40);
      expect(seconds).toBeGreaterThan(2);
      expect(seconds).toBeLessThan((performance.now() - sentMs) / 1_000 + 1);
      isAway = false;
      await vi.waitFor(() => expect(program.handlers.handled).toHaveLength(40), WAIT);
      await isThere(program, 0, 0);
    });

    it('is told by a process that does not consume, and of one that hangs', async () => {
      const worker = await start();
      const held: (() => void)[] = [];
      // One batch a partition.
      worker.handlers.onLetters = () => new Promise<void>((resolve) => void held.push(resolve));
      const teller = await start({ ROLES: ['api'] });
      await isThere(teller, 0, 0);
      await send(worker, 7);
      await vi.waitFor(async () => expect((await teller.lag())?.messages).toBe(7), WAIT);
      await sleep(1_200);
      const { messages, seconds } = (await teller.lag())!;
      expect(messages).toBe(7);
      expect(seconds).toBeGreaterThan(1);
      worker.handlers.onLetters = () => Promise.resolve();
      for (const goOn of held) goOn();
      await isThere(teller, 0, 0);
    });
  });
}
