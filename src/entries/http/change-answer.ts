import type { Answer } from '../../platform/http/answer.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import type { EntryWrite, WriteReceipt } from '../model/entry-write.js';
import { envelopeOfStored } from '../model/held-entry.js';
import { etagOf, type StoredEntry } from '../model/stored-entry.js';
import { JSON_TYPE } from './entry-answers.js';
import { MISMATCHED, NOT_FOUND, OUTDATED } from './entry-problems.js';

const NOT_STORED = ['cache-control', 'no-store'];

/** The answer to a write of one entry. @param url as it was asked for */
export function changeAnswer({ key }: EntryWrite, receipt: WriteReceipt, url: string): Answer {
  switch (receipt.outcome) {
    case 'created':
      return storedAnswer(201, receipt.entry);
    case 'replaced':
      return storedAnswer(200, receipt.entry);
    case 'deleted':
      return { status: 204, headers: NOT_STORED };
    case 'accepted':
      return jsonAnswer(202, `{"key":${JSON.stringify(key)}}`);
    case 'absent':
      return problemAnswer(NOT_FOUND, url);
    case 'mismatched':
      return problemAnswer(MISMATCHED, url);
    case 'outdated':
      return problemAnswer(OUTDATED, url);
  }
}

/** An answer that is of no use later. */
export const jsonAnswer = (status: number, body: Buffer | string, ...more: readonly string[]): Answer => ({
  status,
  headers: [...more, ...NOT_STORED, 'content-type', JSON_TYPE],
  body,
});

const storedAnswer = (status: number, entry: StoredEntry): Answer =>
  jsonAnswer(status, envelopeOfStored(entry), 'etag', etagOf(entry));
