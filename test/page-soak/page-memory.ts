import type { CDPSession, Page } from 'playwright-core';

/** What a page holds once everything that nothing refers to is gone. */
export interface PageMemory {
  readonly heapBytes: number;
  /** Of the DOM, those that are in no document included. */
  readonly nodes: number;
  readonly listeners: number;
}

/** Two rounds, since what a finalizer lets go of is collected by the next. */
const ROUNDS = 2;

export class MemoryProbe {
  private constructor(private readonly session: CDPSession) {}

  static async of(page: Page): Promise<MemoryProbe> {
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.enable');
    return new MemoryProbe(session);
  }

  async take(): Promise<PageMemory> {
    for (let round = 0; round < ROUNDS; round++) await this.session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.session.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await this.session.send('Memory.getDOMCounters');
    return { heapBytes: usedSize, nodes, listeners: jsEventListeners };
  }
}
