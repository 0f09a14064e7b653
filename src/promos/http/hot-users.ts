import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { DirectAnswers, type DirectRoute } from '../../platform/http/direct-answers.js';
import { UserLookup } from '../service/user-lookup.js';
import { refusalAnswer, userAnswer, USERS_PATH } from './lookup-answer.js';

/** A query that is nothing but an id which may be one. */
const ONLY_USER_ID = /^user_id=([A-Za-z0-9_-]{1,20})$/;

/** What waits for slow readers is counted of large answers, which the controller sends. */
const LARGE_BYTES = 65_536;

/** Answers `GET /v1/users?user_id=…` from memory. */
@Injectable()
export class HotUsers implements DirectRoute, OnModuleInit {
  readonly pattern = USERS_PATH;
  readonly prefix = `${USERS_PATH}?`;

  constructor(
    private readonly directAnswers: DirectAnswers,
    private readonly lookup: UserLookup,
  ) {}

  onModuleInit(): void {
    this.directAnswers.add(this);
  }

  /** Whatever is unusual in the URL is left to the controller. */
  answer(query: string, request: RequestHead): Answer | undefined {
    const userId = ONLY_USER_ID.exec(query)?.[1];
    const held = userId && this.lookup.peek(userId);
    if (held === null) return refusalAnswer(404);
    return held && held.bytes < LARGE_BYTES ? userAnswer(held, this.lookup.hotTier, request) : undefined;
  }
}
