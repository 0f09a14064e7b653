import { aText, type Check, oneOf, ParameterReader } from '../../platform/http/request-parameters.js';
import { aTextOf, expectedTextOf } from '../../platform/http/text-check.js';
import { countCharacters, isWellFormed } from '../../platform/validation/storable-text.js';
import { ORDER_STATUSES, type OrderStatus } from '../model/order-life.js';
import { MAX_AUTHOR_CHARACTERS } from '../model/order-note.js';
import { fieldsOf } from './request-fields.js';

/** The status that a request asks for. */
export interface RequestedStatus {
  readonly status: OrderStatus;
  readonly reason?: string | undefined;
  /** Who asks, as they call themselves. */
  readonly by?: string | undefined;
}

export const MAX_REASON_CHARACTERS = 255;

const aReason: Check<string> = (text) =>
  isWellFormed(text) && countCharacters(text) <= MAX_REASON_CHARACTERS ? aText(text) : undefined;

/** @throws ProblemError 400 naming every field that is at fault */
export function parseStatusRequest(body: Buffer): RequestedStatus {
  const reader = new ParameterReader(fieldsOf(body));
  const status = reader.require('status', oneOf(ORDER_STATUSES), EXPECTED_STATUS);
  return { ...takeWords(reader), status: status! };
}

/** @param body may be empty. @throws ProblemError 400 naming every field that is at fault */
export function parseCancelRequest(body: Buffer): RequestedStatus {
  const reader = new ParameterReader(body.length === 0 ? {} : fieldsOf(body));
  return { ...takeWords(reader), status: 'cancelled' };
}

const EXPECTED_STATUS = `one of ${ORDER_STATUSES.join(', ')}`;

function takeWords(reader: ParameterReader): Pick<RequestedStatus, 'reason' | 'by'> {
  const reason = reader.take('reason', aReason, `a text of 1 to ${MAX_REASON_CHARACTERS} characters`);
  const by = reader.take('by', aTextOf(MAX_AUTHOR_CHARACTERS), expectedTextOf(MAX_AUTHOR_CHARACTERS));
  reader.refuseOthers('is not a field of this request');
  reader.throwFaults('the request');
  return { reason, by };
}
