import type { Dice } from '../dice.js';
import { Findings } from '../findings.js';
import type { Scenario, SensorsScale } from './scenarios.js';
import { SentReadings } from './sent-readings.js';
import { type SensorsServices, SensorsStage } from './sensors-stage.js';
import { judgeReadings } from './sensors-verdict.js';

const SENSORS = 1_000;
const STORED_TIMEOUT_MS = 180_000;
/** From the last commit until Redis has what it said, and others have heard of it. */
const SETTLED_TIMEOUT_MS = 30_000;

export interface SensorsOutcome {
  readonly scenario: string;
  readonly sent: number;
  readonly stored: number;
  readonly lost: number;
  readonly twice: number;
  readonly wrongLatest: number;
  readonly otherFindings: number;
  readonly kills: number;
  readonly reads: number;
  /** From when the program listened, or whatever was away was back, until the last one was stored. */
  readonly secondsUntilStored: number;
  readonly peakBytes: number;
  readonly details: readonly string[];
}

export interface RunOptions {
  /** More settings of the program. */
  readonly env?: Readonly<Record<string, string>>;
  readonly settledTimeoutMs?: number;
}

/** Runs it once, and compares all that was sent with all that is there. */
export async function runScenario(
  services: SensorsServices,
  scenario: Scenario,
  scale: SensorsScale,
  dice: Dice,
  { env, settledTimeoutMs = SETTLED_TIMEOUT_MS }: RunOptions = {},
): Promise<SensorsOutcome> {
  const findings = new Findings();
  const { forgottenSensors } = scenario;
  const sent = new SentReadings({ sensors: SENSORS, dice, forgottenSensors, total: scale.readings });
  const stage = await SensorsStage.open({ services, sent, findings, dice, env });
  try {
    await scenario.run(stage, scale);
    const backAtMs = performance.now();
    if (!(await stage.untilStored(STORED_TIMEOUT_MS)))
      findings.add('did not recover', 'the last is not stored');
    const secondsUntilStored = (performance.now() - backAtMs) / 1_000;
    await stage.program.untilReady();
    const expected = sent.expected();
    await stage.untilTrue(settledTimeoutMs, async () => {
      const tried = new Findings();
      judgeReadings(expected, sent.sensorIds, await stage.kept(), tried);
      return tried.count() === 0;
    });
    await stage.finishReading();
    const kept = await stage.kept();
    judgeReadings(expected, sent.sensorIds, kept, findings);
    const deadLetters = await stage.deadLetters();
    if (deadLetters > 0) findings.add('dead letter unfounded', `${deadLetters} of them`);
    const inTopic = await stage.inTopic();
    if (inTopic !== scale.readings) findings.add('unexpected answer', `the topic holds ${inTopic} events`);
    return {
      scenario: scenario.name,
      sent: scale.readings,
      stored: kept.rows.length,
      lost: findings.count('lost'),
      twice: findings.count('duplicated'),
      wrongLatest: findings.count('wrong latest'),
      otherFindings: findings.count() - findings.count('lost', 'duplicated', 'wrong latest'),
      kills: stage.program.deaths.length,
      reads: stage.reads,
      secondsUntilStored,
      peakBytes: stage.peakBytes,
      details: findings.lines(),
    };
  } finally {
    await stage.close();
  }
}
