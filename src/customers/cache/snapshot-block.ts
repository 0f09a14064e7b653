import { crc32 } from 'node:zlib';

/** Ahead of a block: how long it is, and a checksum. 32 bits each, little-endian. */
export const BLOCK_HEADER_BYTES = 8;

/** A block that is not as it was written. */
export class TornBlockError extends Error {
  override readonly name = 'TornBlockError';
}

/**
 * The checksums of the blocks of a file: each goes over its block's length and bytes, and all blocks before it. So blocks that are
 * missing, or in another order, are noticed as bytes are that have changed, before anything of a block is believed.
 */
export class BlockChecksums {
  private last = 0;

  /** @returns the block's header */
  headerOf(block: Buffer): Buffer {
    const header = Buffer.alloc(BLOCK_HEADER_BYTES);
    header.writeUInt32LE(block.length, 0);
    header.writeUInt32LE(this.next(header, block), 4);
    return header;
  }

  /** @throws TornBlockError */
  check(header: Buffer, block: Buffer): void {
    if (this.next(header, block) !== header.readUInt32LE(4))
      throw new TornBlockError('its checksum is wrong');
  }

  private next(header: Buffer, block: Buffer): number {
    this.last = crc32(block, crc32(header.subarray(0, 4), this.last));
    return this.last;
  }
}
