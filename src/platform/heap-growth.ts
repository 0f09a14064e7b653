import { setFlagsFromString } from 'node:v8';

/** How much of what a full collection of the heap has left may be added before the next one. */
const GROWTH_PERCENT = 100;

/**
 * Has V8 collect its old generation sooner. Left to itself it lets the heap grow up to fourfold, and while a backlog
 * is drained most of that is batches that are done: 530 MB resident and more, instead of 370. The collections cost about
 * 6 % more processor time, helper threads included; at a growth of 50 % it was 25 %, for 40 MB less. The flag is read at
 * the end of each collection, so a running program may set it, unlike `--max-old-space-size`.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
