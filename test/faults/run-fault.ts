import { setTimeout as pause } from 'node:timers/promises';
import { type Account, NOTHING_YET, sumOf } from './account.js';
import type { Dice } from './dice.js';
import type { Fault, Scale } from './faults.js';
import type { FindingKind } from './findings.js';
import type { Services } from './services.js';
import { Stage } from './stage.js';

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

const LOST: readonly FindingKind[] = ['lost', 'payment event lost', 'carrier event lost'];
const DUPLICATED: readonly FindingKind[] = ['duplicated', 'payment event doubled', 'carrier event doubled'];
const MISSING: readonly FindingKind[] = ['event missing', 'announcement missing'];

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
    return await runFaultOn(stage, fault, times, scale, onRound);
  } finally {
    await stage.close();
  }
}

/** The same on a stage that is there. @returns what came of this fault alone */
export async function runFaultOn(
  stage: Stage,
  fault: Fault,
  times: number,
  scale: Scale,
  onRound: (round: number) => void = () => undefined,
): Promise<Outcome> {
  let account = NOTHING_YET;
  let secondsUntilNormal = 0;
  for (let round = 1; round <= times && stage.findings.count() === 0; round++) {
    onRound(round);
    stage.startLoad(scale);
    await pause(stage.dice.between(0.5, 1) * scale.warmUpMs);
    await fault.inject(stage, scale);
    secondsUntilNormal = Math.max(secondsUntilNormal, await stage.secondsUntilNormal());
    await stage.hasTakenEnough();
    account = sumOf(account, await stage.account());
  }
  return outcomeOf(stage, fault.name, times, account, secondsUntilNormal);
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
    lost: findings.count(...LOST),
    duplicated: findings.count(...DUPLICATED),
    eventsMissing: findings.count(...MISSING),
    otherFindings: findings.count() - findings.count(...LOST, ...DUPLICATED, ...MISSING),
    secondsUntilNormal,
    details: findings.lines(),
  };
}
