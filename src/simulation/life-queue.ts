import type { LifeEvent, PlannedEvent } from '../orders/producer/lives/life-plan.js';

/** A life under way: what is left of its plan, and when it began. */
export interface Life {
  readonly beganAtMs: number;
  /** The next one last, so that what is sent is let go of. */
  readonly left: PlannedEvent[];
}

/** A step of a life that is due, which holds the next one up until it is done. */
export interface DueEvent {
  readonly life: Life;
  readonly event: LifeEvent;
}

/** Lives by when their next event is due: a binary heap. */
export class LifeQueue {
  private readonly heap: Life[] = [];

  /** @param life has something left */
  add(life: Life): void {
    const { heap } = this;
    let place = heap.push(life) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (dueAtMs(heap[above]!) <= dueAtMs(life)) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = life;
  }

  /** Takes the events out that are due by then, one of a life, in the order in which they are. */
  takeDue(nowMs: number, most: number): DueEvent[] {
    const due: DueEvent[] = [];
    while (due.length < most && this.heap.length > 0 && dueAtMs(this.heap[0]!) <= nowMs) {
      const life = this.takeFirst();
      due.push({ life, event: life.left.pop()!.event });
    }
    return due;
  }

  private takeFirst(): Life {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) this.sink(last);
    return first;
  }

  private sink(life: Life): void {
    const { heap } = this;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && dueAtMs(heap[below + 1]!) < dueAtMs(heap[below]!)) below++;
      if (dueAtMs(heap[below]!) >= dueAtMs(life)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = life;
  }
}

const dueAtMs = ({ beganAtMs, left }: Life): number => beganAtMs + left.at(-1)!.atMs;
