import { memoryHeldBy } from '../../bench/process-figures.js';

const LOOK_EVERY_MS = 200;

/** How large a process was while something went on, in bytes. */
export interface ResidentMemory {
  readonly phase: string;
  readonly seconds: number;
  readonly firstBytes: number;
  readonly maxBytes: number;
  readonly lastBytes: number;
}

/** Watches the resident memory of a process through /proc, phase by phase. Linux only. */
export class MemoryWatch {
  readonly phases: ResidentMemory[] = [];

  constructor(private readonly pid: number) {}

  /** Looks at the process five times a second until the work is over. @throws Error when the process is gone */
  async during<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    const firstBytes = this.residentBytes();
    let maxBytes = firstBytes;
    let gone: unknown;
    const timer = setInterval(() => {
      try {
        maxBytes = Math.max(maxBytes, this.residentBytes());
      } catch (error) {
        gone = error;
      }
    }, LOOK_EVERY_MS);
    try {
      const result = await work();
      if (gone !== undefined) throw new Error('the program ended meanwhile', { cause: gone });
      return result;
    } finally {
      clearInterval(timer);
      const lastBytes = gone === undefined ? this.residentBytes() : 0;
      const seconds = (performance.now() - startedAtMs) / 1_000;
      this.phases.push({ phase, seconds, firstBytes, maxBytes: Math.max(maxBytes, lastBytes), lastBytes });
    }
  }

  /** The most that it ever was. */
  peakBytes(): number {
    return memoryHeldBy(this.pid)!.peakBytes;
  }

  private residentBytes(): number {
    return memoryHeldBy(this.pid)!.nowBytes;
  }
}
