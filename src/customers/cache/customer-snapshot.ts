import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nextTurn } from '../../platform/event-loop-turns.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { CustomerTable } from './customer-table.js';
import { BlockReader, BlockWriter } from './snapshot-blocks.js';
import { decodeHead, encodeHead, type SnapshotHead } from './snapshot-head.js';
import { decodeRecords, encodeRecords } from './snapshot-records.js';
import { TableFullError } from './table-full.error.js';
import { removeAbandoned, syncDirectory, temporaryNameOf } from './temporary-files.js';

/** Customers' addresses stand in it. */
const OWNER_ONLY = 0o600;
/** Of records in a block: a millisecond's work to write, or to read. */
const BLOCK_BYTES = 131_072;

/** The table was begun anew while it was written. */
export class SnapshotOvertakenError extends Error {
  override readonly name = 'SnapshotOvertakenError';

  constructor() {
    super('the topic is being read from its beginning again');
  }
}

/**
 * A table in a file: a block with its head, blocks of records in the order of their keys, and an empty block that ends it. All of
 * them have checksums.
 */
export class SnapshotFile {
  private readonly path: string;

  constructor(
    directory: string,
    private readonly topic: string,
    private readonly log: Logger,
  ) {
    this.path = join(directory, `customers.${topic}.snapshot`);
  }

  /**
   * Writes what the current generation has brought, in steps between which the table changes: what changes is read again, since the
   * positions were taken before. Nothing is left of a file that failed, and the one before it stays.
   *
   * @throws SnapshotOvertakenError where another generation begins meanwhile; what the file system throws; the signal's reason
   */
  async write(head: SnapshotHead, table: CustomerTable, signal?: AbortSignal): Promise<void> {
    const records = recordBlocksOf(table, table.currentGeneration);
    await mkdir(dirname(this.path), { recursive: true });
    await removeAbandoned(this.path);
    const temporary = temporaryNameOf(this.path);
    try {
      await writeBlocks(temporary, encodeHead(head), records, signal);
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
  async read(table: CustomerTable): Promise<SnapshotHead | undefined> {
    try {
      const file = await open(this.path, 'r');
      try {
        return await this.fill(new BlockReader(file, (await file.stat()).size), table);
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

  private async fill(blocks: BlockReader, table: CustomerTable): Promise<SnapshotHead | undefined> {
    const head = decodeHead(await blocks.next());
    if (head?.topic !== this.topic) {
      this.log.info({ path: this.path }, 'the snapshot of customers is of another topic or version');
      return undefined;
    }
    for (let block = await blocks.next(); block.length > 0; block = await blocks.next()) {
      for (const { key, json, stamp, place } of decodeRecords(block)) {
        if (json === undefined) table.remove(key, place, Number(stamp));
        else table.put(key, json.toString(), stamp, place);
      }
    }
    await table.settle('background');
    return head;
  }
}

async function writeBlocks(
  path: string,
  head: Buffer,
  blocks: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    const writer = new BlockWriter(file);
    await writer.write(head);
    for await (const block of blocks) {
      signal?.throwIfAborted();
      await writer.write(block);
    }
    await writer.write(Buffer.alloc(0));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** @throws SnapshotOvertakenError where the table is of another generation */
async function* recordBlocksOf(table: CustomerTable, generation: number): AsyncGenerator<Buffer> {
  let after: Buffer | undefined;
  await table.settle('background');
  do {
    await nextTurn('background');
    if (table.currentGeneration !== generation) throw new SnapshotOvertakenError();
    const { records, last } = table.recordsAfter(after, BLOCK_BYTES);
    if (records.length > 0) yield encodeRecords(records);
    after = last;
  } while (after !== undefined);
}
