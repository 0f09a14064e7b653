import { answerOf } from '../own-answer.js';

/** What the program itself has counted since its start. */
export interface ProgramCounts {
  /** Answers to GETs of one route, by status. */
  readonly answers: Readonly<Record<string, number>>;
  /** What the cache said, as `memory hit`; what asks memory twice counts twice. */
  readonly cache: Readonly<Record<string, number>>;
}

const ANSWERS = 'waybill_http_request_duration_seconds_count';
const CACHE = 'waybill_cache_requests_total';

/** GETs of one order. */
export const ORDER_ROUTE = '/api/orders/:order_uid';

type Labels = Readonly<Record<string, string>>;

/** Reads the program's /metrics. @param route whose answers are counted. @throws Error when it does not answer */
export async function readCounts(url: string, route = ORDER_ROUTE): Promise<ProgramCounts> {
  const { status, body: text } = await answerOf(url, '/metrics');
  if (status !== 200) throw new Error(`/metrics answered ${status}`);
  return {
    answers: valuesOf(text, ANSWERS, (labels) => (labels.route === route ? labels.status : undefined)),
    cache: valuesOf(text, CACHE, ({ tier, result }) => `${tier} ${result}`),
  };
}

/** What came to be counted between two looks; what did not move is left out. */
export function countsBetween(before: ProgramCounts, after: ProgramCounts): ProgramCounts {
  return {
    answers: growth(before.answers, after.answers),
    cache: growth(before.cache, after.cache),
  };
}

function growth(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) {
  const grown = Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, value]) => value !== 0));
}

/** The values of a metric in Prometheus's text format. @param nameOf undefined leaves a series out */
function valuesOf(text: string, metric: string, nameOf: (labels: Labels) => string | undefined) {
  const values: Record<string, number> = {};
  for (const [, labels, value] of text.matchAll(new RegExp(String.raw`^${metric}\{(.*)\} (\S+)$`, 'gm'))) {
    const name = nameOf(
      Object.fromEntries(Array.from(labels!.matchAll(/(\w+)="([^"]*)"/g), ([, key, held]) => [key!, held!])),
    );
    if (name !== undefined) values[name] = (values[name] ?? 0) + Number(value);
  }
  return values;
}
