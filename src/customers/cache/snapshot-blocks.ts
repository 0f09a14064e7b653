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
  private buffer = Buffer.alloc(HEADER_BYTES);
  private header = Buffer.alloc(0);
  private position = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly fileBytes: number,
  ) {}

  /** @returns an empty one at the end; it holds until the next one is read. @throws TornBlockError */
  async next(): Promise<Buffer> {
    if (this.position === 0) this.header = Buffer.from(await this.read(HEADER_BYTES));
    const { header } = this;
    const length = header.readUInt32LE(0);
    // A block is read together with the header of the next one.
    const bytes = await this.read(length === 0 ? 0 : length + HEADER_BYTES);
    const block = bytes.subarray(0, length);
    if (this.checksums.next(header, block) !== header.readUInt32LE(4)) {
      throw new TornBlockError('its checksum is wrong');
    }
    if (length === 0 && this.position < this.fileBytes) throw new TornBlockError('it goes on behind its end');
    this.header = Buffer.from(bytes.subarray(length));
    return block;
  }

  private async read(length: number): Promise<Buffer> {
    if (length > this.fileBytes - this.position) throw new TornBlockError('its end is missing');
    if (length > this.buffer.length) this.buffer = Buffer.allocUnsafeSlow(length);
    const { bytesRead } = await this.file.read(this.buffer, 0, length, this.position);
    if (bytesRead < length) throw new TornBlockError('its end is missing');
    this.position += length;
    return this.buffer.subarray(0, length);
  }
}
