import { once } from 'node:events';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { failOnUnhandledRejections } from '../../../../test/support/unhandled-rejections.js';
import type { Transaction } from '../../database/database.js';
import type { AttemptGate, BatchRunner } from '../batch-runner.js';
import type { ReceivedEvent } from '../received-event.js';
import type { LoopbackBacklog } from './backlog.js';
import { LoopbackDelivery } from './loopback-delivery.js';

const OWNER = { context: 'ledger', topic: 'orders' };
const TX = {} as Transaction;
const EVENTS: readonly ReceivedEvent[] = [
  { ...OWNER, partition: 0, offset: 1, timestampMs: 0, key: null, value: null, headers: [] },
];

failOnUnhandledRejections();

describe('events of a context that waits for something', () => {
  let stopping: AbortController;
  /** Called while the events are being put into the backlog. */
  let onKeep: () => void;
  let delivery: LoopbackDelivery;

  beforeEach(() => {
    stopping = new AbortController();
    onKeep = () => undefined;
    const runner: Pick<BatchRunner, 'run' | 'keepOnly'> = {
      run: async (_, signal, gate?: AttemptGate) => {
        gate!.onPause();
        await once(signal, 'abort');
        signal.throwIfAborted();
      },
      keepOnly: () => Promise.resolve(),
    };
    const backlog: Pick<LoopbackBacklog, 'keep' | 'oldest' | 'forget'> = {
      keep: async () => onKeep(),
      oldest: () => new Promise(() => undefined),
      forget: () => Promise.resolve(0),
    };
    delivery = new LoopbackDelivery({
      owner: OWNER,
      runner: runner as BatchRunner,
      backlog: backlog as LoopbackBacklog,
      stopping: stopping.signal,
      log: pino({ level: 'silent' }),
    });
  });

  it('are in the backlog where the program stops meanwhile, and nothing else comes of it', async () => {
    onKeep = () => stopping.abort();
    await expect(delivery.deliver(TX, EVENTS, false)).resolves.toBeUndefined();
  });

  it('are in the backlog where that has begun to be worked off meanwhile, also when the program stops', async () => {
    onKeep = () => delivery.catchUp();
    await expect(delivery.deliver(TX, EVENTS, false)).resolves.toBeUndefined();
    stopping.abort();
  });
});
