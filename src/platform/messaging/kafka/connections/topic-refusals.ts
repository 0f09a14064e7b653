/** A topic is asked for again after this, and later each time. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

interface Refused {
  readonly pauseMs: number;
  readonly untilMs: number;
}

/** Topics that consumers have no right to read. What else they read goes on meanwhile. */
export class TopicRefusals {
  private readonly refused = new Map<string, Refused>();

  constructor(
    private readonly onRefused: (topic: string) => void,
    private readonly onAllowed: (topic: string) => void,
  ) {}

  refuse(topics: readonly string[]): void {
    for (const topic of topics) {
      const known = this.refused.get(topic);
      const pauseMs = known === undefined ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, known.pauseMs * 2);
      this.refused.set(topic, { pauseMs, untilMs: performance.now() + pauseMs });
      this.onRefused(topic);
    }
  }

  allow(topics: readonly string[]): void {
    for (const topic of topics) if (this.refused.delete(topic)) this.onAllowed(topic);
  }

  /** Whether the topic is not to be asked for yet. */
  isWaiting(topic: string): boolean {
    return performance.now() < (this.refused.get(topic)?.untilMs ?? -Infinity);
  }

  /** Which of these were refused last. */
  among(topics: readonly string[]): string[] {
    return topics.filter((topic) => this.refused.has(topic));
  }
}
