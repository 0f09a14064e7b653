import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from 'vitest';

/** For a whole spec: what runs in the background must raise nothing, whatever fails. */
export function failOnUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(async () => {
    await nextRound();
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });
}
