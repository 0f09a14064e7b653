import type { Answer } from '../../platform/http/answer.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import type { EntryKey } from '../model/entry-key.js';
import type { EntryWrite, WriteReceipt } from '../model/entry-write.js';
import { envelopeOf, isShown, type ShownEntry } from '../model/held-entry.js';
import { jsonAnswer } from './change-answer.js';
import { MISMATCHED, OUTDATED } from './entry-problems.js';

const COMMA = Buffer.from(',');

/** Puts together what a batch has found, `{entries: {key: envelope}, missing: [key]}`, each value to the byte. */
export class FoundBatch {
  /** Of what the answer will have. */
  bytes = 0;
  private readonly entries: Buffer[] = [];
  private readonly missing: string[] = [];

  add({ key }: EntryKey, entry: ShownEntry | undefined): void {
    if (entry === undefined || !isShown(entry)) {
      this.missing.push(JSON.stringify(key));
      return;
    }
    const envelope = envelopeOf(entry, key);
    if (this.entries.length > 0) this.entries.push(COMMA);
    this.entries.push(Buffer.from(`${JSON.stringify(key)}:`), envelope);
    this.bytes += envelope.length;
  }

  answer(): Answer {
    const head = Buffer.from('{"entries":{');
    const tail = Buffer.from(`},"missing":[${this.missing.join(',')}]}`);
    return jsonAnswer(200, Buffer.concat([head, ...this.entries, tail]));
  }
}

/**
 * The answer to writes of which all were made or none: `{entries: {key: {version}}}`, and without versions where these will
 * only be known later.
 *
 * @param url as it was asked for
 */
export function storedBatchAnswer(
  writes: readonly EntryWrite[],
  receipts: readonly WriteReceipt[],
  url: string,
): Answer {
  const outcomes = new Set(receipts.map(({ outcome }) => outcome));
  if (outcomes.has('outdated')) return problemAnswer(OUTDATED, url);
  if (outcomes.has('mismatched')) return problemAnswer(MISMATCHED, url);
  const entries = writes.map(({ key }, at) => `${JSON.stringify(key)}:${versionOf(receipts[at]!)}`);
  return jsonAnswer(outcomes.has('accepted') ? 202 : 200, `{"entries":{${entries.join(',')}}}`);
}

const versionOf = (receipt: WriteReceipt): string =>
  'entry' in receipt ? `{"version":${receipt.entry.version}}` : '{}';
