export interface DueRequest {
  readonly number: number;
  readonly dueAtMs: number;
}

/** Requests that are due, first come first served, and connections that wait for one, the longest idle first. */
export class DueRequests {
  private readonly due: DueRequest[] = [];
  private taken = 0;
  private readonly waiting: ((request: DueRequest | undefined) => void)[] = [];
  private ended = false;

  /** Makes a request due now. */
  add(number: number): void {
    const request = { number, dueAtMs: performance.now() };
    const waiting = this.waiting.shift();
    if (waiting === undefined) this.due.push(request);
    else waiting(request);
  }

  /** No more will be due. */
  end(): void {
    this.ended = true;
    for (const waiting of this.waiting.splice(0)) waiting(undefined);
  }

  /** Resolves with a request as soon as there is one, and with undefined when there will be no more. */
  async next(): Promise<DueRequest | undefined> {
    if (this.taken < this.due.length) return this.due[this.taken++];
    if (this.ended) return undefined;
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
