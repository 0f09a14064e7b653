import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice.js';
import type { Fault, Scale } from './faults.js';
import type { FindingKind } from './findings.js';
import type { Services } from './services.js';
import { type Account, Stage } from './stage.js';

/** Load before each fault, so that it meets work of every kind. */
const WARM_UP_MS = 1_500;

/** What came of one kind of fault, all its times together. */
export interface Outcome extends Account {
  readonly fault: string;
  readonly times: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly eventsMissing: number;
  /** Everything else that must not be. */
  readonly otherFindings: number;
  /** The longest, of all its times. */
  readonly secondsUntilNormal: number;
  /** What was found wrong, in words. */
  readonly details: readonly string[];
}

const IN_THE_TABLE: readonly FindingKind[] = ['lost', 'duplicated', 'event missing'];

/** Brings one kind of fault about, `times` over, on a stage of its own, and compares everything after each. */
export async function runFault(
  services: Services,
  fault: Fault,
  times: number,
  scale: Scale,
  dice: Dice,
  onRound: (round: number) => void = () => undefined,
): Promise<Outcome> {
  const stage = await Stage.open(services, dice, fault.stage);
  try {
    let account: Account = { ordersIn: 0, stored: 0, deadLetters: 0, reads: 0 };
    let secondsUntilNormal = 0;
    for (let round = 1; round <= times && stage.findings.count() === 0; round++) {
      onRound(round);
      stage.startLoad();
      await pause(dice.between(0.5, 1) * WARM_UP_MS);
      await fault.inject(stage, scale);
      secondsUntilNormal = Math.max(secondsUntilNormal, await stage.secondsUntilNormal());
      account = await stage.account();
    }
    return outcomeOf(stage, fault.name, times, account, secondsUntilNormal);
  } finally {
    await stage.close();
  }
}

/** What a stage came to, as a row of the table. */
export function outcomeOf(
  { findings }: Stage,
  name: string,
  times: number,
  account: Account,
  secondsUntilNormal: number,
): Outcome {
  return {
    ...account,
    fault: name,
    times,
    lost: findings.count('lost'),
    duplicated: findings.count('duplicated'),
    eventsMissing: findings.count('event missing'),
    otherFindings: findings.count() - findings.count(...IN_THE_TABLE),
    secondsUntilNormal,
    details: findings.lines(),
  };
}
