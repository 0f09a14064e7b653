import type { Dice } from './dice.js';
import type { Fault, Scale } from './faults.js';
import { type Outcome, runFaultOn } from './run-fault.js';
import type { Services } from './services.js';
import { Stage, type StageOptions } from './stage.js';

/** All that stands on a stage is compared after each fault: beyond this a new one is sooner compared than the old one. */
const MAX_ORDERS = 4_000;

/** A stage that one fault after the other is brought about on, until something is found. */
export class SharedStage {
  private stage: Stage | undefined;

  constructor(
    private readonly services: Services,
    private readonly dice: Dice,
    private readonly options: StageOptions = {},
  ) {}

  async run(fault: Fault, times: number, scale: Scale): Promise<Outcome> {
    const stage = await this.take();
    try {
      return await runFaultOn(stage, fault, times, scale);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { stage } = this;
    this.stage = undefined;
    await stage?.close();
  }

  private async take(): Promise<Stage> {
    const { stage } = this;
    if (stage !== undefined && stage.findings.count() === 0 && stage.soFar.ordersIn < MAX_ORDERS)
      return stage;
    await this.close();
    return (this.stage = await Stage.open(this.services, this.dice, this.options));
  }
}
