import type { Answer } from '../../platform/http/answer.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import { etagOf } from '../model/customer-etag.js';
import { encodeCustomer } from '../model/customer-json.js';
import type { Customer } from '../model/customer.js';
import type { CreateOutcome } from '../service/customer-writes.js';
import { pathOfCustomer } from './customers-path.js';

/** What all answers to changes say of themselves. */
export const NOT_STORED: readonly string[] = ['cache-control', 'no-store'];

/** The answer to `POST <prefix>/users`. @param url as it was asked for */
export function createAnswer(
  outcome: CreateOutcome,
  customer: Customer,
  customersPath: string,
  url: string,
): Answer {
  const { accountId } = customer;
  if (outcome === 'exists') {
    const detail = 'is that of a customer who is there already';
    return problemAnswer(
      {
        status: 409,
        message: `accountId ${detail}`,
        errors: [{ path: 'accountId', pointer: '#/accountId', detail }],
      },
      url,
    );
  }
  return {
    status: outcome === 'created' ? 201 : 202,
    // prettier-ignore
    headers: [
      'location', pathOfCustomer(customersPath, accountId),
      ...(outcome === 'created' ? ['etag', etagOf(customer)] : []),
      ...NOT_STORED,
      'content-type', 'application/json; charset=utf-8',
    ],
    body: encodeCustomer(customer),
  };
}
