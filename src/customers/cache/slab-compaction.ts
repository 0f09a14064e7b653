import type { RecordSlabs } from './record-slabs.js';
import type { Slab } from './slab.js';
import { ROW_MASK, type SlotColumns } from './slot-columns.js';
import { TableFullError } from './table-full.error.js';

/** So many of the bytes in slabs may be dead. Fewer would cost more moving: a slab is then emptied for less. */
const DEAD_SHARE = 1 / 4;

/** Moves what is alive out of the slabs with most dead bytes, a little at a time, so that they can be given up. */
export class SlabCompaction {
  private emptied: Slab | undefined;
  private at = 0;

  constructor(
    private readonly slabs: RecordSlabs,
    private readonly columns: SlotColumns,
  ) {}

  /**
   * Goes over about so many bytes of a slab, where there is need.
   *
   * @returns whether there is more to do
   */
  step(bytes: number): boolean {
    let left = bytes;
    while (left > 0) {
      if (!this.hasSlab()) return false;
      const slab = this.emptied!;
      const length = slab.recordLength(this.at);
      if (!this.move(slab, this.at)) return false;
      this.at += length;
      left -= length;
    }
    return true;
  }

  /** One that has records to go over: the one that was begun, or another. */
  private hasSlab(): boolean {
    const { emptied } = this;
    if (emptied !== undefined && this.slabs.holds(emptied) && this.at < emptied.used) return true;
    this.at = 0;
    this.emptied = this.slabs.dead > this.slabs.used * DEAD_SHARE ? this.slabs.mostDead() : undefined;
    return this.emptied !== undefined;
  }

  /** A record that is alive is the one that its slot has the address of. @returns false where there is no memory to move to */
  private move(slab: Slab, at: number): boolean {
    const slot = slab.slot(at);
    const addresses = this.columns.chunk(slot).address;
    const address = slab.addressOf(at);
    if (addresses[slot & ROW_MASK] !== address) return true;
    try {
      addresses[slot & ROW_MASK] = this.slabs.copyToTarget(slab, at);
    } catch (error) {
      if (error instanceof TableFullError) return false;
      throw error;
    }
    this.slabs.free(address);
    return true;
  }
}
