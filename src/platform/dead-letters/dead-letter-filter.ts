import type { Moment, ParameterReader } from '../http/request-parameters.js';
import { aMoment, aText, firstMicrosecond, MOMENT, oneOf, TEXT } from '../http/request-parameters.js';
import { DEAD_LETTER_STATES, type DeadLetterState } from './dead-letter.entity.js';

/** Which letters are meant. All that are given have to hold. */
export interface DeadLetterFilter {
  /** Who has refused the event, such as `orders`. */
  readonly context?: string;
  /** Deployed name of the topic that the event came on. */
  readonly topic?: string;
  /** Stands somewhere in the newest reason, in capitals or not. */
  readonly reason?: string;
  /** First refused at or after this moment. */
  readonly from?: Moment;
  /** First refused before this moment. */
  readonly to?: Moment;
  readonly state?: DeadLetterState;
}

/** The names that requests and the command line give the parts of a filter. */
export const FILTER_NAMES = ['topic', 'reason', 'from', 'to', 'state', 'context'] as const;

/** Takes a filter out of the parameters of a request or of the command line. */
export function takeDeadLetterFilter(parameters: ParameterReader): DeadLetterFilter {
  return {
    context: parameters.take('context', aText, TEXT),
    topic: parameters.take('topic', aText, TEXT),
    reason: parameters.take('reason', aText, TEXT),
    from: parameters.take('from', aMoment, MOMENT),
    to: parameters.take('to', aMoment, MOMENT),
    state: parameters.take('state', oneOf(DEAD_LETTER_STATES), `one of ${DEAD_LETTER_STATES.join(', ')}`),
  };
}

export function isEmptyFilter(filter: DeadLetterFilter): boolean {
  return Object.values(filter).every((part) => part === undefined);
}

/** The condition that a filter is, on the parameters $1 to $6. PostgreSQL drops those that are null as it plans. */
export const MATCHES_FILTER = `
      ($1::text IS NULL OR topic = $1)
      AND ($2::text IS NULL OR strpos(lower(reason), lower($2)) > 0)
      AND ($3::bigint IS NULL OR created_at >= timestamptz '1970-01-01 00:00:00+00' + $3 * interval '1 microsecond')
      AND ($4::bigint IS NULL OR created_at < timestamptz '1970-01-01 00:00:00+00' + $4 * interval '1 microsecond')
      AND ($5::text IS NULL OR state = $5)
      AND ($6::text IS NULL OR context = $6)`;

export function filterParameters({ context, topic, reason, from, to, state }: DeadLetterFilter): unknown[] {
  const fromUs = from && firstMicrosecond(from);
  const toUs = to && firstMicrosecond(to);
  return [topic ?? null, reason ?? null, fromUs ?? null, toUs ?? null, state ?? null, context ?? null];
}
