import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Ahead of a block: how long it is, and a checksum. 32 bits each, little-endian. */
const HEADER_BYTES = 8;

/** A block that is not as it was written. */
export class TornBlockError extends Error {
  override readonly name = 'TornBlockError';
}

/**
 * The checksums of the blocks of a file: each goes over its block's length and bytes, and all blocks before it. So blocks that are
 * missing, or in another order, are noticed as bytes are that have changed.
 */
class BlockChecksums {
  private last = 0;

  /** @param header of which the first 4 bytes are the length */
  next(header: Buffer, block: Buffer): number {
    this.last = crc32(block, crc32(header.subarray(0, 4), this.last));
    return this.last;
  }
}

/** Writes blocks one after the other. An empty block says that it was all. */
export class BlockWriter {
  private readonly checksums = new BlockChecksums();

  constructor(private readonly file: FileHandle) {}

  async write(block: Buffer): Promise<void> {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(block.length, 0);
    header.writeUInt32LE(this.checksums.next(header, block), 4);
    await this.file.appendFile(header);
    await this.file.appendFile(block);
  }
}

/** The blocks of a file, each of which is checked before it is handed out. */
export class BlockReader {
  private readonly checksums = new BlockChecksums();
  private position = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly fileBytes: number,
  ) {}

  /** @returns an empty one at the end. @throws TornBlockError */
  async next(): Promise<Buffer> {
    const header = await this.bytes(HEADER_BYTES);
    const block = await this.bytes(header.readUInt32LE(0));
    if (this.checksums.next(header, block) !== header.readUInt32LE(4)) {
      throw new TornBlockError('its checksum is wrong');
    }
    if (block.length === 0 && this.position < this.fileBytes) {
      throw new TornBlockError('it goes on behind its end');
    }
    return block;
  }

  private async bytes(length: number): Promise<Buffer> {
    if (length > this.fileBytes - this.position) throw new TornBlockError('its end is missing');
    const bytes = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.file.read(bytes, 0, length, this.position);
    if (bytesRead < length) throw new TornBlockError('its end is missing');
    this.position += length;
    return bytes;
  }
}
