import { Injectable } from '@nestjs/common';
import type { BoundedCount } from '../database/bounded-count.js';
import { Health } from '../health/health.js';

/** What waits for somebody to see to it. */
export interface Trouble {
  /** By kind; null where it cannot be counted at the moment. */
  readonly counts: Readonly<Record<string, BoundedCount | null>>;
  /** Parts of this process that are down. */
  readonly not_ready: readonly string[];
}

type Count = () => Promise<BoundedCount>;

/** What contexts and the platform know of trouble, put together for those who only want to know whether there is any. */
@Injectable()
export class TroubleCounts {
  private readonly kinds = new Map<string, Count>();

  constructor(private readonly health: Health) {}

  /** @param count cheap: it is asked for again and again, all day */
  add(kind: string, count: Count): void {
    this.kinds.set(kind, count);
  }

  /** Never throws: a database that is away is trouble, too, and is told as such. */
  async all(): Promise<Trouble> {
    const counting = [...this.kinds].map(async ([kind, count]) => [kind, await orNull(count)] as const);
    const [{ parts }, ...counts] = await Promise.all([this.health.all(), ...counting]);
    return {
      counts: Object.fromEntries(counts),
      not_ready: Object.keys(parts).filter((part) => !parts[part]!.up),
    };
  }
}

async function orNull(count: Count): Promise<BoundedCount | null> {
  try {
    return await count();
  } catch {
    return null;
  }
}
