const MS_PER_SECOND = 1_000;

type Offsets = ReadonlyMap<string, number>;

/** How far somebody has come, by topic and partition. */
export interface LagPart<Part extends string> {
  readonly part: Part;
  readonly committed: Offsets;
}

/** What was seen at one moment. */
export interface Seen<Part extends string> {
  readonly atMs: number;
  /** By topic and partition. */
  readonly ends: Offsets;
  readonly parts: readonly LagPart<Part>[];
  readonly outbox: Behind;
}

export interface Behind {
  readonly messages: number;
  readonly seconds: number;
}

/** Of all parts together. */
export interface Look {
  readonly consumed: number;
  /** Messages that somebody has not consumed, and rows of the outbox. */
  readonly behind: number;
}

interface Entry {
  readonly atMs: number;
  readonly behind: ReadonlyMap<string, Behind>;
}

/**
 * How far everybody was behind at each look. In seconds it is the time since a partition's end was seen where its consumer is
 * now: the age of the oldest message that was not consumed, too large by the time between two looks at most.
 */
export class LagLog {
  private readonly entries: Entry[] = [];
  /** When a partition was seen to end where, oldest first. */
  private readonly ends = new Map<string, { readonly end: number; readonly atMs: number }[]>();

  add<Part extends string>({ atMs, ends, parts, outbox }: Seen<Part>): Look {
    for (const [place, end] of ends) {
      const seen = this.ends.get(place);
      if (seen === undefined) this.ends.set(place, [{ end, atMs }]);
      else if (seen.at(-1)!.end < end) seen.push({ end, atMs });
    }
    const behind = new Map<string, Behind>([['the relay', outbox]]);
    let consumed = 0;
    for (const { part, committed } of parts) {
      let messages = 0;
      let seconds = 0;
      for (const [place, offset] of committed) {
        consumed += offset;
        const left = (ends.get(place) ?? 0) - offset;
        if (left <= 0) continue;
        messages += left;
        seconds = Math.max(seconds, (atMs - this.passedAt(place, offset)) / MS_PER_SECOND);
      }
      behind.set(part, { messages, seconds });
    }
    this.entries.push({ atMs, behind });
    const all = [...behind.values()].reduce((sum, { messages }) => sum + messages, 0);
    return { consumed, behind: all };
  }

  /** The most that a part was behind in looks up to a moment. */
  mostUntil(part: string, atMs: number): Behind {
    return this.behindOf(part, (entry) => entry.atMs <= atMs).reduce(
      (most, one) => ({
        messages: Math.max(most.messages, one.messages),
        seconds: Math.max(most.seconds, one.seconds),
      }),
      { messages: 0, seconds: 0 },
    );
  }

  /** How far a part was behind at the last look up to a moment. */
  lastUntil(part: string, atMs: number): Behind {
    return this.behindOf(part, (entry) => entry.atMs <= atMs).at(-1) ?? { messages: 0, seconds: 0 };
  }

  private behindOf(part: string, isMeant: (entry: Entry) => boolean): Behind[] {
    return this.entries.filter(isMeant).flatMap(({ behind }) => behind.get(part) ?? []);
  }

  /** When the partition was last seen to hold nothing beyond that offset, or first seen at all. */
  private passedAt(place: string, offset: number): number {
    const seen = this.ends.get(place) ?? [];
    const index = seen.findIndex(({ end }) => end > offset);
    return (seen[Math.max(index - 1, 0)] ?? seen.at(-1)!).atMs;
  }
}
