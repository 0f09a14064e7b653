import { invalidRequest } from './invalid-request.js';
import type { ProblemFault } from './problem.js';

/** What a query, a JSON body or a command line holds by name. One that is given twice comes as a list. */
export type Parameters = Readonly<Record<string, unknown>>;

/** The value that a text stands for; undefined where it stands for none. */
export type Check<T> = (text: string) => T | undefined;

export const TEXT = 'a text that is not empty';
export const aText: Check<string> = (text) => (text === '' || /[\0]/.test(text) ? undefined : text);

export const oneOf =
  <Choice extends string>(choices: readonly Choice[]): Check<Choice> =>
  (text) =>
    choices.find((choice) => choice === text);

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);
export const aTruth: Check<boolean> = (text) => TRUTHS.get(text);

export const aWholeNumber =
  (min: number, max: number): Check<number> =>
  (text) => {
    const number = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : NaN;
    return number >= min && number <= max ? number : undefined;
  };

const DATE = /^(\d{4})-(\d\d)-(\d\d)/;
const DATE_TIME = new RegExp(
  `${DATE.source}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$`,
  'i',
);

/** The day before which an RFC 3339 text is read as one; ECMAScript's Date takes 30 February for 2 March. */
function isDayOfCalendar(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

export const MOMENT = 'an RFC 3339 time or date, such as 2021-11-26T06:22:19Z';

/** A moment as exact as it was written. */
export interface Moment {
  /** Milliseconds since the Unix epoch; what is beyond them is cut. */
  readonly ms: number;
  /** The decimals of its second, all of them, without zeros at the end. */
  readonly decimals: string;
}

/** An RFC 3339 date-time, or a date's first moment in UTC. A `+` that came unencoded is a space. */
export const aMoment: Check<Moment> = (text) => {
  const full = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text.replace(' ', '+');
  if (!DATE_TIME.test(full) || !isDayOfCalendar(full)) return undefined;
  const decimals = /\.(\d*[1-9])?/.exec(full)?.[1] ?? '';
  return { ms: Date.parse(full.toUpperCase()), decimals };
};

/** The first microsecond since the Unix epoch that is not before a moment. */
export function firstMicrosecond({ ms, decimals }: Moment): number {
  const beyondMs = decimals.slice(3);
  return ms * 1_000 + Number(beyondMs.slice(0, 3).padEnd(3, '0')) + (beyondMs.length > 3 ? 1 : 0);
}

const MAX_FAULTS = 100;
const MAX_NAME_CHARACTERS = 64;

function cutName(name: string): string {
  return name.length <= MAX_NAME_CHARACTERS ? name : `${name.slice(0, MAX_NAME_CHARACTERS).toWellFormed()}…`;
}

/** Takes parameters out by their names, and remembers every fault, so that all are told at once. */
export class ParameterReader {
  readonly faults: ProblemFault[] = [];
  private readonly left: Map<string, unknown>;

  constructor(parameters: Parameters) {
    this.left = new Map(Object.entries(parameters));
  }

  /** @returns undefined where it is not given, or does not hold what was `expected`, which is a fault */
  take<T>(name: string, check: Check<T>, expected: string): T | undefined {
    const given = this.left.get(name);
    this.left.delete(name);
    if (given === undefined) return undefined;
    const value = typeof given === 'string' ? check(given) : undefined;
    if (value === undefined) this.fault(name, `must be ${expected}, given once`);
    return value;
  }

  /** As {@link take}, of one that has to be given. */
  require<T>(name: string, check: Check<T>, expected: string): T | undefined {
    if (this.left.get(name) === undefined) this.fault(name, `is missing: must be ${expected}`);
    return this.take(name, check, expected);
  }

  /** What was not taken is a fault by its name: a misspelt parameter would otherwise not be missed. */
  refuseOthers(detail: string): void {
    for (const name of this.left.keys()) this.fault(name, detail);
    this.left.clear();
  }

  /** Names come from the caller: neither many nor long ones are repeated. */
  fault(name: string, detail: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ path: cutName(name), detail });
  }

  /** @throws ProblemError 400 naming every fault there is */
  throwFaults(what: string): void {
    if (this.faults.length === 0) return;
    throw invalidRequest(what, [...this.faults]);
  }
}

/** Of a question that has none. @throws ProblemError 400 that names each, with what is wrong with it */
export function refuseParameters(parameters: Parameters, detail: string): void {
  const reader = new ParameterReader(parameters);
  reader.refuseOthers(detail);
  reader.throwFaults('the query');
}
