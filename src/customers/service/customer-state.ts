import { Injectable } from '@nestjs/common';
import { CustomerMemory } from '../cache/customer-memory.js';
import type { RecordPlace } from '../cache/record-place.js';

type Position = Pick<RecordPlace, 'partition' | 'offset'>;

/** Whether what is held in memory may be told to anybody. */
@Injectable()
export class CustomerState {
  /** By partition, the record that did not fit. It is tried again with others before it, which fit. */
  private readonly outgrownAt = new Map<number, number>();
  /** By partition, the last record that was applied. */
  private readonly appliedTo = new Map<number, number>();
  private full: string | undefined;

  constructor(private readonly memory: CustomerMemory) {}

  /** Why nobody may be answered, for people; undefined where everybody may. */
  unready(): string | undefined {
    return this.full ?? (this.memory.isWhole ? undefined : 'the customers are still being read');
  }

  /** A record does not fit into the memory. @returns whether none was known of yet */
  outgrown({ partition, offset }: Position, reason: string): boolean {
    const isNew = this.full === undefined;
    this.outgrownAt.set(partition, offset);
    this.full = reason;
    return isNew;
  }

  /** A record has been applied. @returns whether for the first time since the topic was begun */
  applied({ partition, offset }: Position): boolean {
    if (offset >= (this.outgrownAt.get(partition) ?? Infinity)) {
      this.outgrownAt.delete(partition);
      if (this.outgrownAt.size === 0) this.full = undefined;
    }
    if (offset <= (this.appliedTo.get(partition) ?? -Infinity)) return false;
    this.appliedTo.set(partition, offset);
    return true;
  }

  /** The topic is read from its beginning once more. */
  startOver(): void {
    this.outgrownAt.clear();
    this.appliedTo.clear();
    this.full = undefined;
  }
}
