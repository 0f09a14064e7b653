import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { DirectAnswers, type DirectRoute } from '../../platform/http/direct-answers.js';
import { ReadingLookup } from '../service/reading-lookup.js';
import { RECENT_PATH, recentAnswer } from './recent-answer.js';

/** What stands in a URL as it is; the id of a sensor may hold more, and is escaped there. */
const PLAIN_ID = /^[A-Za-z0-9._~-]+$/;

/** Answers `GET /recent/:sensor_id` from memory. */
@Injectable()
export class HotReadings implements DirectRoute, OnModuleInit {
  readonly pattern = `${RECENT_PATH}/:sensor_id`;

  constructor(
    private readonly directAnswers: DirectAnswers,
    private readonly lookup: ReadingLookup,
  ) {}

  onModuleInit(): void {
    this.directAnswers.add(this);
  }

  /** Whatever is unusual in the URL is left to the controller. */
  answer(sensorId: string, request: RequestHead): Answer | undefined {
    if (!PLAIN_ID.test(sensorId)) return undefined;
    const reading = this.lookup.peek(sensorId);
    return reading && recentAnswer(sensorId, reading, request);
  }
}
