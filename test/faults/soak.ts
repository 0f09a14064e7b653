import { setTimeout as pause } from 'node:timers/promises';
import { NOTHING_YET, sumOf } from './account.js';
import type { Dice } from './dice.js';
import { FAULTS, SHORT } from './faults.js';
import { type Outcome, outcomeOf } from './run-fault.js';
import type { Services } from './services.js';
import { Stage } from './stage.js';

const MINUTE_MS = 60_000;

/** Every fault in random order on one stage, under load, until the time is over or something is found. */
export async function soak(services: Services, minutes: number, dice: Dice): Promise<Outcome> {
  const stage = await Stage.open(services, dice, { replicas: 1, spare: 2, redis: true });
  try {
    const deadline = Date.now() + minutes * MINUTE_MS;
    let account = NOTHING_YET;
    let secondsUntilNormal = 0;
    let times = 0;
    while (Date.now() < deadline && stage.findings.count() === 0) {
      const fault = dice.pick(FAULTS);
      times += 1;
      process.stderr.write(`${new Date().toISOString()} ${fault.name}\n`);
      stage.startLoad(SHORT);
      await pause(dice.between(500, 5_000));
      await fault.inject(stage, SHORT);
      secondsUntilNormal = Math.max(secondsUntilNormal, await stage.secondsUntilNormal());
      account = sumOf(account, await stage.account());
    }
    for (const line of stage.findings.lines()) process.stderr.write(`  ${line}\n`);
    return outcomeOf(
      stage,
      `${minutes} minutes of all, seed ${dice.seed}`,
      times,
      account,
      secondsUntilNormal,
    );
  } finally {
    await stage.close();
  }
}
