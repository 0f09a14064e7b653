import { setTimeout as pause } from 'node:timers/promises';
import { type Killer, killerCustomer } from '../../contexts/unreliable/trouble.js';
import { eventually } from '../../support/eventually.js';
import type { Dice } from '../dice.js';
import type { ContextsAccount } from './contexts-account.js';
import { ContextsStage, type ContextsStageOptions } from './contexts-stage.js';

const CALM_MS = 3_000;
const LETTER_TIMEOUT_MS = 180_000;
const LONGEST_LIFE_MS = 15_000;

/** A life of the program after a death, in milliseconds from when it listened again. */
export interface Restart {
  readonly untilOrdersGoOnMs: number;
  /** How long until it died again; Infinity for the last one. */
  readonly livedMs: number;
}

export interface KillsOutcome {
  readonly transport: string;
  readonly deaths: number;
  readonly restarts: readonly Restart[];
  readonly account: ContextsAccount;
}

function outcomeOf({ program, flow, transport }: ContextsStage, account: ContextsAccount): KillsOutcome {
  const { deaths } = program;
  return {
    transport: transport.name,
    deaths: deaths.length,
    restarts: deaths.flatMap(({ listensAgainAtMs }, place) => {
      if (listensAgainAtMs === undefined) return [];
      const diedAtMs = deaths[place + 1]?.atMs ?? Infinity;
      return {
        untilOrdersGoOnMs: Math.round(flow.untilNextStoredMs(listensAgainAtMs)),
        livedMs: Math.round(diedAtMs - listensAgainAtMs),
      };
    }),
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
    await eventually(() => {
      if (stage.flow.untilNextStoredMs(0) === Infinity) throw new Error('no order is stored');
    });
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
