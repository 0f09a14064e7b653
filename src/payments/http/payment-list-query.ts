import { cursorOf, placeOf, takeLimit } from '../../platform/http/pages.js';
import {
  aTruth,
  aWholeNumber,
  type Check,
  ParameterReader,
  type Parameters,
} from '../../platform/http/request-parameters.js';
import { DUES, type PaymentFilter } from '../model/payment-filter.js';
import { PAYMENT_STATUSES } from '../model/payment-state.js';

export const MAX_LIMIT = 500;

/** The parameters of `GET /api/payments`, checked. */
export interface PaymentListQuery {
  readonly limit: number;
  readonly after: number | undefined;
  readonly filter: PaymentFilter;
}

const anId = aWholeNumber(1, Number.MAX_SAFE_INTEGER);
const aPosition: Check<number> = (text) => {
  const [id = '', ...others] = placeOf(text);
  return others.length === 0 ? anId(id) : undefined;
};

/** Some of the choices, with commas between them. */
const someOf =
  <Choice extends string>(choices: readonly Choice[]): Check<Choice[]> =>
  (text) => {
    const named = text.split(',');
    return named.every((one) => choices.some((choice) => choice === one)) ? (named as Choice[]) : undefined;
  };

const oneOrMoreOf = (choices: readonly string[]): string =>
  `one or more of ${choices.join(', ')}, separated by commas`;

/** The cursor of the page behind an order. */
export const cursorAfter = (id: number): string => cursorOf(id);

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parsePaymentListQuery(parameters: Parameters): PaymentListQuery {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT);
  const after = reader.take('cursor', aPosition, 'a cursor from the Link header of a page');
  const filter = takeFilter(reader);
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, after, filter };
}

/** A filter alone. @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parsePaymentFilter(parameters: Parameters): PaymentFilter {
  const reader = new ParameterReader(parameters);
  const filter = takeFilter(reader);
  reader.refuseOthers('is no filter of payments');
  reader.throwFaults('the query');
  return filter;
}

function takeFilter(reader: ParameterReader): PaymentFilter {
  return {
    statuses: reader.take('status', someOf(PAYMENT_STATUSES), oneOrMoreOf(PAYMENT_STATUSES)),
    dues: reader.take('due', someOf(DUES), oneOrMoreOf(DUES)),
    waiting: reader.take('waiting', aTruth, 'true or false'),
  };
}
