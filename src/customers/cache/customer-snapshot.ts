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

/** The table was cleared, or its snapshot discarded, while it was written. */
export class SnapshotOvertakenError extends Error {
  override readonly name = 'SnapshotOvertakenError';

  constructor() {
    super('what is written is not to be held any more');
  }
}

/**
 * A table in a file: a block with its head, blocks of records in the order of their keys, and an empty block that ends it. All of
 * them have checksums.
 */
export class SnapshotFile {
  private readonly path: string;
  private readonly writing = new Set<Promise<void>>();
  private discards = 0;

  constructor(
    directory: string,
    private readonly topic: string,
    private readonly log: Logger,
  ) {
    this.path = join(directory, `customers.${topic}.snapshot`);
  }

  /**
   * Writes a table, in steps between which it changes: what changes is read again, since the positions were taken before. Nothing
   * is left of a file that failed, and the one before it stays.
   *
   * @throws SnapshotOvertakenError where the table is cleared meanwhile, or {@link discard} called; what the file system throws; the
   *   signal's reason
   */
  async write(head: SnapshotHead, table: CustomerTable, signal?: AbortSignal): Promise<void> {
    const { discards } = this;
    const { timesCleared } = table;
    const writing = this.writeWhile(head, table, () => {
      signal?.throwIfAborted();
      if (this.discards !== discards || table.timesCleared !== timesCleared)
        throw new SnapshotOvertakenError();
    });
    this.writing.add(writing);
    try {
      await writing;
    } finally {
      this.writing.delete(writing);
    }
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

  /** Removes the file, once what is being written has been given up. */
  async discard(): Promise<void> {
    this.discards++;
    await Promise.allSettled(this.writing);
    await rm(this.path, { force: true });
  }

  /** @param check throws once the file is not to be written any more */
  private async writeWhile(head: SnapshotHead, table: CustomerTable, check: () => void): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    await removeAbandoned(this.path);
    const temporary = temporaryNameOf(this.path);
    try {
      await writeBlocks(temporary, encodeHead(head), recordBlocksOf(table, check));
      check();
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncDirectory(dirname(this.path));
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

async function writeBlocks(path: string, head: Buffer, blocks: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    const writer = new BlockWriter(file);
    await writer.write(head);
    for await (const block of blocks) await writer.write(block);
    await writer.write(Buffer.alloc(0));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** @throws what `check` does */
async function* recordBlocksOf(table: CustomerTable, check: () => void): AsyncGenerator<Buffer> {
  let after: Buffer | undefined;
  await table.settle('background');
  do {
    await nextTurn('background');
    check();
    const { records, last } = table.recordsAfter(after, BLOCK_BYTES);
    if (records.length > 0) yield encodeRecords(records);
    after = last;
  } while (after !== undefined);
}
