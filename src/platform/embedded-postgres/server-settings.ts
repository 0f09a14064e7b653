import { totalmem } from 'node:os';
import { clusterNameOf } from './owner-lock.js';
import type { ServerPrograms } from './server-programs.js';

export type ServerSettings = Readonly<Record<string, string>>;

const SETTINGS: ServerSettings = {
  listen_addresses: '127.0.0.1',
  // A socket's path may hold at most 107 bytes, which DATA_DIR may exceed.
  unix_socket_directories: '',
  max_connections: '60',
  max_wal_size: '2GB',
  // Statements here are short; compiling one costs more than running it.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Details and contexts of errors quote rows, and statements of somebody at psql have values in them.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  // The default and the SQLSTATE, by which an error is looked up, whatever language its message has.
  log_line_prefix: '%m [%p] %e ',
};

const MIB = 1_048_576;
const LEAST_SHARED_BUFFERS_MIB = 128;
const MOST_SHARED_BUFFERS_MIB = 1_024;
/** Of the memory that there is; a server with a machine to itself is usually given a quarter. */
const SHARED_BUFFERS_SHARE = 1 / 16;

/**
 * How much PostgreSQL may hold in memory by itself, in MiB. An order's id is found anywhere in the indexes, so once they
 * are larger than this, most of what is written to them has to be read from a file first.
 */
export function sharedBuffersMib(memoryBytes: number): number {
  const share = Math.floor((memoryBytes * SHARED_BUFFERS_SHARE) / MIB);
  return Math.min(Math.max(share, LEAST_SHARED_BUFFERS_MIB), MOST_SHARED_BUFFERS_MIB);
}

/** Of the machine, or of the container when that has less. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** The settings that a server is started with on its command line, where they win over postgresql.conf. */
export async function chooseSettings(
  programs: ServerPrograms,
  clusterDirectory: string,
  overrides: ServerSettings = {},
): Promise<ServerSettings> {
  const settings: Record<string, string> = {
    ...SETTINGS,
    shared_buffers: `${sharedBuffersMib(memoryBytes())}MB`,
    cluster_name: clusterNameOf(process.pid),
  };
  // Cheap enough to be always worth it, but not every build has it, and a server refuses to start with it then.
  if (await accepts(programs, clusterDirectory, 'wal_compression', 'lz4')) settings.wal_compression = 'lz4';
  return { ...settings, ...overrides };
}

async function accepts(programs: ServerPrograms, clusterDirectory: string, name: string, value: string) {
  const { exitCode } = await programs.run('postgres', [
    '-D',
    clusterDirectory,
    '-C',
    name,
    '-c',
    `${name}=${value}`,
  ]);
  return exitCode === 0;
}
