import { clusterNameOf } from './owner-lock.js';
import type { ServerPrograms } from './server-programs.js';

export type ServerSettings = Readonly<Record<string, string>>;

const SETTINGS: ServerSettings = {
  listen_addresses: '127.0.0.1',
  // A socket's path may hold at most 107 bytes, which DATA_DIR may exceed.
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  // Statements here are short; compiling one costs more than running it.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** The settings that a server is started with on its command line, where they win over postgresql.conf. */
export async function chooseSettings(
  programs: ServerPrograms,
  clusterDirectory: string,
  overrides: ServerSettings = {},
): Promise<ServerSettings> {
  const settings: Record<string, string> = { ...SETTINGS, cluster_name: clusterNameOf(process.pid) };
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
