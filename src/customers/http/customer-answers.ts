import { Injectable } from '@nestjs/common';
import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { matchesETag } from '../../platform/http/conditional.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import type { ProblemContent } from '../../platform/http/problem.js';
import { SECURITY_HEADERS } from '../../platform/http/security-headers.js';
import { CustomersSettings } from '../customers.settings.js';
import { CustomerLookup } from '../service/customer-lookup.js';

export const DATA_LAG = 'x-data-lag';
const CONTENT_TYPE = 'application/json; charset=utf-8';

/** Why a replica is not ready is said by its health, not to everybody. */
const UNREADY: ProblemContent = {
  status: 503,
  message: 'the customers are not all known here at the moment; try again shortly',
  headers: { 'retry-after': '1' },
};

/** Answers to look-ups; the same whichever way they are sent. */
@Injectable()
export class CustomerAnswers {
  private readonly cacheControl: string;

  constructor(
    private readonly lookup: CustomerLookup,
    { CUSTOMERS_CACHE_MAX_AGE_SECONDS }: CustomersSettings,
  ) {
    this.cacheControl = `public, max-age=${CUSTOMERS_CACHE_MAX_AGE_SECONDS}`;
  }

  /** To `GET <prefix>/users/:account_id`. */
  one(accountId: string, request: RequestHead): Answer {
    const { lookup, cacheControl } = this;
    if (lookup.unready() !== undefined) return problemAnswer(UNREADY, request.url);
    const customer = lookup.get(accountId);
    if (customer === undefined) return this.absent(request.url);
    const { etag, json } = customer;
    const lag = String(lookup.lagSeconds());
    const ifNoneMatch = request.headers['if-none-match'];
    if (ifNoneMatch !== undefined && matchesETag(ifNoneMatch, etag)) {
      return { status: 304, headers: ['etag', etag, 'cache-control', cacheControl, DATA_LAG, lag] };
    }
    const bytes = Buffer.byteLength(json);
    return {
      status: 200,
      // prettier-ignore
      headers: [
        'etag', etag,
        'cache-control', cacheControl,
        DATA_LAG, lag,
        'content-type', CONTENT_TYPE,
        ...SECURITY_HEADERS,
        'content-length', String(bytes),
      ],
      body: json,
      encoding: bytes === json.length ? 'latin1' : undefined,
    };
  }

  /** To whatever asks for a customer who is not there. @param url as it was asked for */
  absent(url: string): Answer {
    return problemAnswer(
      {
        status: 404,
        message: 'there is no customer with this account id',
        members: { message: 'User not found' },
        headers: { [DATA_LAG]: String(this.lookup.lagSeconds()) },
      },
      url,
    );
  }

  /** To any other look-up. @returns undefined when there is something to look up */
  unready(url: string): Answer | undefined {
    return this.lookup.unready() === undefined ? undefined : problemAnswer(UNREADY, url);
  }
}
