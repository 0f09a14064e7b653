import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { DirectAnswers, type DirectRoute } from '../../platform/http/direct-answers.js';
import { isUserId } from '../model/user-id.js';
import { UserLookup } from '../service/user-lookup.js';
import { refusalAnswer, userAnswer, USERS_PATH } from './lookup-answer.js';

/** What waits for slow readers is counted of large answers, which the controller sends. */
const LARGE_BYTES = 65_536;

/** Answers `GET /v1/users?user_id=…` from memory. */
@Injectable()
export class HotUsers implements DirectRoute, OnModuleInit {
  readonly pattern = USERS_PATH;
  /** Of a query that is nothing but an id. */
  readonly prefix = `${USERS_PATH}?user_id=`;

  constructor(
    private readonly directAnswers: DirectAnswers,
    private readonly lookup: UserLookup,
  ) {}

  onModuleInit(): void {
    this.directAnswers.add(this);
  }

  /** Whatever is unusual in the URL is left to the controller. */
  answer(userId: string, request: RequestHead): Answer | undefined {
    const held = isUserId(userId) ? this.lookup.peek(userId) : undefined;
    if (held === null) return refusalAnswer(404);
    return held && held.bytes < LARGE_BYTES ? userAnswer(held, this.lookup.hotTier, request) : undefined;
  }
}
