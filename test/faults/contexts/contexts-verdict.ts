import type { ContextsAccount } from './contexts-account.js';
import type { KillsOutcome } from './kills.js';
import type { TroublesOutcome } from './troubles.js';

/** What orders may take while another context is in trouble, or so many times as long as without, on a machine that is busy. */
const ORDERS_P99_MS = 1_000;
const TIMES_AS_LONG = 2;
const MAX_DEATHS = 3;
/** The group waits for the member that died until its session ends, and its claim of a partition stands for a while. */
const ORDERS_GO_ON_MS = 30_000;

/** What is wrong with the counts of any run. */
function faultsOf(account: ContextsAccount): string[] {
  const mustBeZero = ['ordersLost', 'ordersTwice', 'weightsLost', 'unreliableLost', 'scansLost'] as const;
  return [
    ...mustBeZero.filter((name) => account[name] !== 0).map((name) => `${name}: ${account[name]}`),
    ...Object.keys(account.letters)
      .filter((context) => context !== 'unreliable')
      .map((context) => `${context} has refused ${account.letters[context]}`),
  ];
}

export function faultsOfTroubles({ troubles, account, deaths }: TroublesOutcome): string[] {
  const faults = faultsOf(account);
  if (deaths > 0) faults.push(`the program died ${deaths} times`);
  if (account.unreliableTwice > 0) faults.push(`unreliableTwice: ${account.unreliableTwice}`);
  const calmP99Ms = troubles.find(({ trouble }) => trouble === 'none')!.p99Ms;
  const limitMs = Math.max(ORDERS_P99_MS, TIMES_AS_LONG * calmP99Ms);
  for (const { trouble, orders, p99Ms, unready, retries, letters } of troubles) {
    const say = (fault: string): void => void faults.push(`${trouble}: ${fault}`);
    if (orders === 0) say('no orders came');
    if (!(p99Ms < limitMs))
      say(`orders took ${Math.round(p99Ms)} ms (p99), without trouble ${Math.round(calmP99Ms)}`);
    if (unready.length > 0) say(`unready ${unready.length} times, such as ${unready[0]}`);
    if (retries['orders'] !== 0 || retries['weights'] !== 0) say('others tried again too');
    const isFailing = trouble === 'transient' || trouble === 'permanent';
    if (isFailing && retries['unreliable'] === 0) say('its tries are not counted');
    if (trouble === 'permanent' && letters['unreliable'] === 0) say('its letters are not counted');
  }
  return faults;
}

/** Besides, of a run that lasts for longer than the minute after which `/health` tells of it. */
export function faultsOfHealth({ troubles }: TroublesOutcome): string[] {
  return troubles
    .filter(({ trouble, health }) => (trouble === 'transient' || trouble === 'hang') && health === '')
    .map(({ trouble }) => `${trouble}: /health does not name the context`);
}

export function faultsOfKills({ account }: KillsOutcome): string[] {
  const faults = faultsOf(account);
  if (account.innocentLetters > 0) faults.push(`${account.innocentLetters} innocent events are dead letters`);
  return faults;
}

export function faultsOfKiller(outcome: KillsOutcome): string[] {
  const { account, deaths, restarts } = outcome;
  const faults = faultsOfKills(outcome);
  if (deaths === 0) faults.push('nothing died');
  if (deaths > MAX_DEATHS) faults.push(`${deaths} deaths`);
  if (account.letters['unreliable'] !== 1) faults.push(`${account.letters['unreliable'] ?? 0} letters`);
  // Who dies again before cannot go on before.
  const late = restarts.filter(
    ({ untilOrdersGoOnMs, livedMs }) => livedMs > ORDERS_GO_ON_MS && untilOrdersGoOnMs > ORDERS_GO_ON_MS,
  );
  for (const { untilOrdersGoOnMs } of late) faults.push(`orders went on only after ${untilOrdersGoOnMs} ms`);
  return faults;
}
