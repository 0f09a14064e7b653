import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { DirectAnswers, type DirectRoute } from '../../platform/http/direct-answers.js';
import { CustomersSettings } from '../customers.settings.js';
import { CustomerAnswers } from './customer-answers.js';
import { customersPath } from './customers-path.js';

/** Unreserved characters (RFC 3986, section 2.3), which stand for themselves: neither an escape nor a query. */
const PLAIN_ID = /^[A-Za-z0-9._~-]+$/;
/** What waits for slow readers is counted of large answers, which the controller sends. */
const LARGE_CHARACTERS = 65_536;

/** Answers `GET <prefix>/users/:account_id`; whatever is unusual in the URL is left to the controller. */
@Injectable()
export class HotCustomers implements DirectRoute, OnModuleInit {
  readonly pattern: string;

  constructor(
    private readonly directAnswers: DirectAnswers,
    private readonly answers: CustomerAnswers,
    settings: CustomersSettings,
  ) {
    this.pattern = `${customersPath(settings)}/:account_id`;
  }

  onModuleInit(): void {
    this.directAnswers.add(this);
  }

  answer(accountId: string, request: RequestHead): Answer | undefined {
    if (!PLAIN_ID.test(accountId)) return undefined;
    const answer = this.answers.one(accountId, request);
    const { body } = answer;
    return body !== undefined && body.length >= LARGE_CHARACTERS ? undefined : answer;
  }
}
