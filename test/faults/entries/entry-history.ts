import type { Findings } from '../findings.js';
import { type KeyRead, type KeyWrite, wordsOf } from './entry-operations.js';
import { KeyAnswers } from './key-answers.js';
import { KeyReads } from './key-reads.js';
import { KeyStates } from './key-states.js';
import { KeyVersions } from './key-versions.js';

interface KeyHistory {
  readonly writes: KeyWrite[];
  readonly reads: KeyRead[];
}

/**
 * All that callers did and were told, by key and tenant, and whether it can be true. Each key is judged by itself: there has
 * to be one order of its acknowledged writes and some of those without an answer, by their versions, that all answers fit.
 * Of a batch it is found when one key took it and another cannot have; that no read falls between two keys of a batch is
 * not looked at.
 */
export class EntryHistory {
  private readonly keys = new Map<string, KeyHistory>();

  /** @param key names tenant and key */
  addWrite(key: string, write: KeyWrite): void {
    this.of(key).writes.push(write);
  }

  addRead(key: string, read: KeyRead): void {
    this.of(key).reads.push(read);
  }

  /** Adds what cannot be true. */
  judge(findings: Findings): void {
    const judged = [...this.keys].map(([key, { writes, reads }]) => ({
      key,
      writes,
      reads,
      versions: new KeyVersions(key, writes, reads, findings),
    }));
    const seenBatches = new Set(judged.flatMap(({ versions }) => versions.seenBatches()));
    for (const { key, writes, reads, versions } of judged) {
      versions.explain(seenBatches);
      judgeOrder(key, versions, findings);
      const states = new KeyStates(versions);
      new KeyAnswers(key, versions, states, findings).judge(writes, reads);
      new KeyReads(key, versions, states, findings).judge(writes, reads);
    }
  }

  /** All of it, by key and time, for whoever wants to see how something came about. */
  lines(): string[] {
    return [...this.keys].flatMap(([key, { writes, reads }]) =>
      [...writes, ...reads]
        .sort((one, other) => one.startMs - other.startMs)
        .map((operation) => `${key} ${JSON.stringify(operation)}`),
    );
  }

  private of(key: string): KeyHistory {
    let history = this.keys.get(key);
    if (history === undefined) this.keys.set(key, (history = { writes: [], reads: [] }));
    return history;
  }
}

/** A write that began when another one had been acknowledged has a later version. */
function judgeOrder(key: string, { all }: KeyVersions, findings: Findings): void {
  let later: KeyWrite | undefined;
  for (const { write, version } of all.toReversed()) {
    if (write === undefined) continue;
    if (later !== undefined && write.startMs > later.endMs) {
      findings.add(
        'versions out of order',
        `${key}: version ${version} is ${wordsOf(write)}, a later one ${wordsOf(later)}`,
      );
    }
    if (write.outcome === 'acknowledged' && write.endMs < (later?.endMs ?? Infinity)) later = write;
  }
}
