import { setTimeout as pause } from 'node:timers/promises';
import { type Killer, killerCustomer } from '../../contexts/unreliable/trouble.js';
import type { Dice } from '../dice.js';
import type { ContextsAccount } from './contexts-account.js';
import { ContextsStage, type ContextsStageOptions } from './contexts-stage.js';

const CALM_MS = 3_000;
const LETTER_TIMEOUT_MS = 180_000;
const LONGEST_LIFE_MS = 15_000;

export interface KillsOutcome {
  readonly transport: string;
  readonly deaths: number;
  /** From each time that the program listened again until the next order was stored, in milliseconds. */
  readonly untilOrdersGoOnMs: readonly number[];
  readonly account: ContextsAccount;
}

function outcomeOf({ program, flow, transport }: ContextsStage, account: ContextsAccount): KillsOutcome {
  const restarts = program.deaths.flatMap(({ listensAgainAtMs }) => listensAgainAtMs ?? []);
  return {
    transport: transport.name,
    deaths: program.deaths.length,
    untilOrdersGoOnMs: restarts.map((atMs) => Math.round(flow.untilNextStoredMs(atMs))),
    account,
  };
}

/** An order that ends the process whenever it is handed to the unreliable context, while others come in. */
export async function surviveKiller(
  options: ContextsStageOptions,
  killer: Killer,
  drainTimeoutMs: number,
): Promise<KillsOutcome> {
  const stage = await ContextsStage.open(options);
  try {
    await pause(CALM_MS);
    await stage.flow.sendOneOf(killerCustomer(killer));
    const deadline = performance.now() + LETTER_TIMEOUT_MS;
    while (((await stage.account()).letters['unreliable'] ?? 0) === 0 && performance.now() < deadline) {
      await pause(250);
    }
    await pause(CALM_MS);
    const account = await stage.drained(drainTimeoutMs);
    return outcomeOf(stage, account);
  } finally {
    await stage.close();
  }
}

/** The process is killed at random moments, of which no event is guilty. */
export async function surviveKills(
  options: ContextsStageOptions,
  times: number,
  dice: Dice,
  drainTimeoutMs: number,
): Promise<KillsOutcome> {
  const stage = await ContextsStage.open(options);
  const { program } = stage;
  try {
    for (let kill = 0; kill < times; kill++) {
      await pause(dice.between(0, LONGEST_LIFE_MS));
      const before = program.deaths.length;
      while (program.deaths.length === before) {
        await program.kill();
        await pause(20);
      }
    }
    await program.untilReady();
    await pause(CALM_MS);
    const account = await stage.drained(drainTimeoutMs);
    return outcomeOf(stage, account);
  } finally {
    await stage.close();
  }
}
