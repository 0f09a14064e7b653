import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { EX_INTERRUPTED, type Terminal } from '../../platform/terminal.js';
import type { UserImportRepository } from '../repository/user-import.repository.js';
import { importUsers, type UserImportResult } from './user-file.js';

const STANDARD_INPUT = '-';
const EX_INVALID = 1;
/** sysexits.h */
const EX_NOINPUT = 66;

/** The message is for people. */
class UnreadableFileError extends Error {}

/**
 * `waybill promos load FILE`: applies a CSV file of users, whole or not at all, and prints how many there were of each kind,
 * or a line a fault. The program may run meanwhile.
 *
 * @param file its path; `-` stands for standard input
 * @returns 0 where it was applied, 1 where it is not valid, 66 where it cannot be read, 130 where it was ended early
 * @throws TooBusyError while another file is under way, and what PostgreSQL or the network says
 */
export async function loadUsers(
  repository: UserImportRepository,
  file: string,
  { out, err, signal }: Terminal,
): Promise<number> {
  try {
    return tell(await importUsers(repository, bytesOf(file, signal), signal), { out, err });
  } catch (error) {
    if (signal.aborted) {
      err.write('ended early: nothing of the file is applied\n');
      return EX_INTERRUPTED;
    }
    if (!(error instanceof UnreadableFileError)) throw error;
    err.write(`${error.message}\n`);
    return EX_NOINPUT;
  }
}

async function* bytesOf(file: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const bytes = file === STANDARD_INPUT ? process.stdin : createReadStream(file);
  try {
    // Who interrupts the command does not have to end its input as well.
    yield* addAbortSignal(signal, bytes) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new UnreadableFileError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function tell(result: UserImportResult, { out, err }: Pick<Terminal, 'out' | 'err'>): number {
  if (result.outcome === 'applied') {
    const { rows, created, changed, unchanged } = result.counts;
    out(`${rows} rows: ${created} created, ${changed} changed, ${unchanged} unchanged\n`);
    return 0;
  }
  for (const { line, detail } of result.faults) err.write(`line ${line} ${detail}\n`);
  err.write('nothing of the file is applied\n');
  return EX_INVALID;
}
