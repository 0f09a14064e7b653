import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { Dice } from './dice.js';
import { type Fault, FAULTS, SHORT } from './faults.js';
import { type Outcome, runFault } from './run-fault.js';
import { type Services, startServices } from './services.js';
import { SharedStage } from './shared-stage.js';

/** What does not recover is told, and not cut off: it is waited for by two minutes three times. */
const FAULT_TIMEOUT_MS = 420_000;
/** Some wait for others to end. */
const SIDE_BY_SIDE_TIMEOUT_MS = 600_000;

const kafka = useTier('kafka');
const redis = useTier('redis');
/** FAULTS_SEED repeats a run, as far as a run of real processes can be repeated. */
const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));

const onOrdersAlone = ({ inShortOnOrders }: Fault): boolean => inShortOnOrders === true;

function named(name: string): Fault {
  return FAULTS.find((fault) => fault.name === name)!;
}

function sabotaged(fault: Fault, ...how: string[]): Fault {
  const paths = how.map((name) => fileURLToPath(new URL(`sabotage/${name}.mjs`, import.meta.url)));
  const env = { NODE_OPTIONS: paths.map((path) => `--import "${path}"`).join(' ') };
  return { ...fault, stage: { ...fault.stage, env } };
}

/** Not more than three at once: two cores have to start all of their programs. */
function laneOf({ stage }: Fault): string {
  if (stage === undefined) return 'shared';
  return (stage.spare ?? 0) > 0 ? 'several replicas' : 'one replica or two';
}

/** What is run in one lane is run one after the other. */
class Lanes {
  private readonly ends = new Map<string, Promise<unknown>>();

  run<Result>(lane: string, work: () => Promise<Result>): Promise<Result> {
    const result = (this.ends.get(lane) ?? Promise.resolve()).then(work);
    this.ends.set(
      lane,
      result.catch(() => undefined),
    );
    return result;
  }
}

describe.skipIf(kafka.skipped ?? redis.skipped)(`every fault once, from seed ${seed}`, () => {
  const dice = new Dice(seed);
  let services: Services;
  let shared: SharedStage;
  let sharedByOrders: SharedStage;

  beforeAll(async () => {
    services = await startServices();
    shared = new SharedStage(services, dice);
    sharedByOrders = new SharedStage(services, dice, { ordersAlone: true });
  });

  afterAll(async () => {
    await shared?.close();
    await sharedByOrders?.close();
    await services?.stop();
  });

  /** Most faults need no stage of their own, and where they have one in common its start is paid for once. */
  function once(fault: Fault): Promise<Outcome> {
    const ordersAlone = fault.inShortOnOrders === true;
    if (fault.stage === undefined) return (ordersAlone ? sharedByOrders : shared).run(fault, 1, SHORT);
    const stage = { ...fault.stage, ordersAlone };
    return runFault(services, { ...fault, stage }, 1, SHORT, dice);
  }

  async function mustDoNoHarm(fault: Fault): Promise<void> {
    const outcome = await once(fault);
    expect(outcome.details).toEqual([]);
    expect(outcome.stored).toBe(outcome.ordersIn);
    expect(outcome.stored).toBeGreaterThan(100);
    expect(outcome.deadLetters).toBeGreaterThan(0);
    expect(outcome.reads).toBeGreaterThan(0);
    if (fault.inShortOnOrders) return;
    expect(outcome.paymentEvents).toBe(outcome.paymentEventsIn);
    expect(outcome.paymentEvents).toBeGreaterThan(20);
    expect(outcome.carrierEvents).toBe(outcome.carrierEventsIn);
    expect(outcome.carrierEvents).toBeGreaterThan(20);
    expect(outcome.announcements).toBeGreaterThan(100);
  }

  const short = FAULTS.filter(({ inShort }) => inShort !== false);
  const spare = short.filter(({ sparesOthers }) => sparesOthers);

  // Much of their time they wait for one another's programs, so they are brought about side by side.
  describe.concurrent('beside others', () => {
    const lanes = new Lanes();

    it.each(spare)(
      '$name',
      async (fault) => {
        await lanes.run(laneOf(fault), () => mustDoNoHarm(fault));
      },
      SIDE_BY_SIDE_TIMEOUT_MS,
    );

    it(
      'is noticed when the outbox is left out',
      async () => {
        const fault = sabotaged(named('the program stopped (SIGTERM)'), 'skip-outbox');
        const alone = { ...fault, stage: { ...fault.stage, ordersAlone: true } };
        const outcome = await lanes.run('one replica or two', () =>
          runFault(services, alone, 1, SHORT, dice),
        );
        expect(outcome.eventsMissing).toBe(outcome.ordersIn);
      },
      SIDE_BY_SIDE_TIMEOUT_MS,
    );

    it(
      'is noticed when payment events are stored twice, or stock is never released',
      async () => {
        const fault = sabotaged(named('the program stopped (SIGTERM)'), 'double-payments', 'keep-stock');
        const outcome = await lanes.run('one replica or two', () =>
          runFault(services, fault, 1, SHORT, dice),
        );
        expect(outcome.duplicated).toBe(outcome.paymentEventsIn);
        expect(outcome.paymentEvents).toBe(2 * outcome.paymentEventsIn);
        expect(outcome.details.join()).toMatch(/stock differs: .*reserved, not .*verify ends with 1/s);
      },
      SIDE_BY_SIDE_TIMEOUT_MS,
    );
  });

  const others = short.filter(({ sparesOthers }) => !sparesOthers);
  const [onOrders, onAll] = [others.filter(onOrdersAlone), others.filter((fault) => !onOrdersAlone(fault))];

  it.each(onOrders)('$name, with orders alone', mustDoNoHarm, FAULT_TIMEOUT_MS);

  it.each(onAll)('$name', mustDoNoHarm, FAULT_TIMEOUT_MS);

  it(
    'is noticed when offsets are committed before the write',
    async () => {
      const fault = sabotaged(named('the program killed while PostgreSQL is down'), 'commit-first');
      const outcome = await runFault(services, fault, 1, SHORT, dice);
      expect(outcome.lost).toBeGreaterThan(0);
      expect(outcome.details.join()).toContain('offset beyond what is stored');
      expect(outcome.details.join()).toContain('payment event lost');
    },
    FAULT_TIMEOUT_MS,
  );
});
