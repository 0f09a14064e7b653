import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '../../platform/logging/logger.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import type { CustomerTable } from './customer-table.js';
import { BLOCK_HEADER_BYTES, BlockChecksums, TornBlockError } from './snapshot-block.js';
import { decodeHead, encodeHead, type ReadPosition, type SnapshotHead } from './snapshot-head.js';
import { decodeRecords, encodeRecords } from './snapshot-records.js';
import { TableFullError } from './table-full.error.js';
import { removeAbandoned, temporaryNameOf } from './temporary-files.js';

export type { ReadPosition, SnapshotHead };

const FILE_NAME = 'customers.snapshot';
/** Customers' addresses stand in it. */
const OWNER_ONLY = 0o600;
/** Of records in a block: about a millisecond's work to write, or to read. */
const BLOCK_BYTES = 65_536;

/** Where a table was begun anew while it was written. */
export class SnapshotOvertakenError extends Error {
  override readonly name = 'SnapshotOvertakenError';
}

/**
 * A table in a file: a block with its head, blocks of records in the order of their keys, and an empty block that ends it. All of
 * them have checksums.
 */
export class SnapshotFile {
  private readonly path: string;

  constructor(
    directory: string,
    private readonly log: Logger,
  ) {
    this.path = join(directory, FILE_NAME);
  }

  /**
   * Writes what the current generation has brought, in steps between which the table changes: what changes is read again, since the
   * positions were taken before. Nothing is left of a file that failed, and the one before it stays.
   *
   * @throws SnapshotOvertakenError where another generation begins meanwhile; what the file system throws; the signal's reason
   */
  async write(head: SnapshotHead, table: CustomerTable, signal?: AbortSignal): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    await removeAbandoned(this.path);
    const temporary = temporaryNameOf(this.path);
    try {
      await this.writeTo(temporary, head, table, signal);
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncDirectory(dirname(this.path));
  }

  /**
   * Fills an empty table.
   *
   * @returns undefined when there is no file that can be used: none, of another format or topic, or damaged. The table is empty then.
   * @throws TableFullError where the table may not hold as much; it is empty then, too
   */
  async read(topic: string, table: CustomerTable): Promise<SnapshotHead | undefined> {
    try {
      const file = await open(this.path, 'r');
      try {
        return await this.fill(new BlockReader(file, (await file.stat()).size), topic, table);
      } finally {
        await file.close();
      }
    } catch (error) {
      table.clear();
      if (error instanceof TableFullError) throw error;
      const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isAbsent) this.log.warn({ err: error, path: this.path }, 'the snapshot of customers is not used');
      return undefined;
    }
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true });
  }

  private async writeTo(
    path: string,
    head: SnapshotHead,
    table: CustomerTable,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const file = await open(path, 'wx', OWNER_ONLY);
    try {
      const checksums = new BlockChecksums();
      const write = async (block: Buffer): Promise<void> => {
        signal?.throwIfAborted();
        await writeAll(file, [checksums.headerOf(block), block]);
      };
      const generation = table.currentGeneration;
      await write(encodeHead(head));
      await table.settle('background');
      for (let after: Buffer | undefined; ;) {
        await nextTurn('background');
        if (table.currentGeneration !== generation) {
          throw new SnapshotOvertakenError('the topic is being read from its beginning again');
        }
        const { records, last } = table.recordsAfter(after, BLOCK_BYTES);
        if (records.length > 0) await write(encodeRecords(records));
        if (last === undefined) break;
        after = last;
      }
      await write(Buffer.alloc(0));
      await file.sync();
    } finally {
      await file.close();
    }
  }

  private async fill(
    blocks: BlockReader,
    topic: string,
    table: CustomerTable,
  ): Promise<SnapshotHead | undefined> {
    const head = decodeHead(await blocks.next());
    if (head?.topic !== topic) {
      this.log.info({ path: this.path }, 'the snapshot of customers is of another topic or version');
      return undefined;
    }
    for (let block = await blocks.next(); block.length > 0; block = await blocks.next()) {
      for (const { key, json, stamp, place } of decodeRecords(block)) {
        if (json === undefined) table.remove(key, place, Number(stamp));
        else table.put(key, json.toString(), stamp, place);
      }
    }
    blocks.requireEnd();
    await table.settle('background');
    return head;
  }
}

/** The blocks of a file, each of which is checked before it is handed out. */
class BlockReader {
  private readonly checksums = new BlockChecksums();
  private position = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly fileBytes: number,
  ) {}

  /** @throws TornBlockError */
  async next(): Promise<Buffer> {
    const header = await this.bytes(BLOCK_HEADER_BYTES);
    const block = await this.bytes(header.readUInt32LE(0));
    this.checksums.check(header, block);
    return block;
  }

  /** @throws TornBlockError where anything follows */
  requireEnd(): void {
    if (this.position !== this.fileBytes) throw new TornBlockError('it goes on behind its end');
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

async function writeAll(file: FileHandle, buffers: Buffer[]): Promise<void> {
  for (const buffer of buffers) await file.appendFile(buffer);
}

/** Without it a power loss could undo the rename. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
