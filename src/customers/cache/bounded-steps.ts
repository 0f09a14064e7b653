import { nextTurn, type Purpose } from '../../platform/event-loop-turns.js';

/** Requests wait for about so long at most. */
const STEPS_MS = 1;

/** Calls `step`, which takes far less than a millisecond, for as long as it returns true. Yields to the event loop meanwhile. */
export async function inBoundedSteps(purpose: Purpose, step: () => boolean): Promise<void> {
  for (;;) {
    const untilMs = performance.now() + STEPS_MS;
    do if (!step()) return;
    while (performance.now() < untilMs);
    await nextTurn(purpose);
  }
}
