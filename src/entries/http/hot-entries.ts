import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { DirectAnswers, type DirectRoute } from '../../platform/http/direct-answers.js';
import { EntriesSettings } from '../entries.settings.js';
import { errorCodeOf } from '../model/error-code.js';
import { GLOBAL_INSTANCE } from '../model/entry-key.js';
import { EntriesMetrics } from '../service/entries.metrics.js';
import { EntryLookup } from '../service/entry-lookup.js';
import { entryAnswer } from './entry-answers.js';
import { ENTRY_PATTERN } from './entry-route.js';

/** Unreserved characters (RFC 3986, section 2.3), which stand for themselves; as many as a key or an instance may have. */
const PLAIN_NAME = /^[A-Za-z0-9._~-]{1,255}$/;
/** What waits for slow readers is counted of large answers, which the controller sends. */
const LARGE_BYTES = 65_536;

/** Answers `GET /v1/cache/:key` from memory; whatever is unusual in the request is left to the controller. */
@Injectable()
export class HotEntries implements DirectRoute, OnModuleInit {
  readonly pattern = ENTRY_PATTERN;

  constructor(
    private readonly directAnswers: DirectAnswers,
    private readonly lookup: EntryLookup,
    private readonly metrics: EntriesMetrics,
    private readonly settings: EntriesSettings,
  ) {}

  onModuleInit(): void {
    // What is answered so is not counted by the limit.
    if (this.settings.ENTRIES_RATE_LIMIT === 0) this.directAnswers.add(this);
  }

  answer(key: string, request: RequestHead): Answer | undefined {
    const startedAt = performance.now();
    const instance = request.headers['x-instance-id'] ?? GLOBAL_INSTANCE;
    if (!PLAIN_NAME.test(key) || typeof instance !== 'string' || !PLAIN_NAME.test(instance)) return undefined;
    // Plain names stand for themselves in a storage key.
    const held = this.lookup.peek(`${instance}/${key}`);
    if (held === undefined || (held !== null && held.body.length >= LARGE_BYTES)) return undefined;
    const answer = entryAnswer(held ?? undefined, request);
    const { status } = answer;
    const seconds = (performance.now() - startedAt) / 1_000;
    this.metrics.count('get', seconds, status < 400 ? undefined : errorCodeOf(status));
    return answer;
  }
}
