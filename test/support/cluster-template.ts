import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/embedded-postgres.js';

const run = promisify(execFile);

/** Names the directory that the template of a run is made in, by whoever needs it first; unset outside of one. */
export const CLUSTER_TEMPLATE_IN = 'WAYBILL_TEST_CLUSTER_IN';

/** What a first start makes in a DATA_DIR before the program's own tables. */
const MADE = ['postgres', 'postgres.password'];

/**
 * Copies an empty cluster into a DATA_DIR, where a test is not about the making of one: initdb takes a second of a
 * core. Outside of a test run the program makes its own.
 */
export async function copyCluster(dataDir: string): Promise<void> {
  const place = process.env[CLUSTER_TEMPLATE_IN];
  if (place === undefined) return;
  const template = join(place, 'template');
  if (!(await exists(template))) await makeTemplate(place, template);
  // Node's own copy gives the files to another user than the server's.
  await run('cp', ['-a', ...MADE.map((name) => join(template, name)), dataDir]);
}

async function makeTemplate(place: string, template: string): Promise<void> {
  const draft = join(place, randomUUID());
  await mkdir(draft);
  const server = await startEmbeddedPostgres({
    dataDir: draft,
    log: () => undefined,
    settings: { fsync: 'off' },
  });
  await server.stop();
  // The data goes with the test, and a test survives no power loss.
  await appendFile(join(draft, 'postgres', 'postgresql.conf'), '\nfsync = off\n');
  try {
    await rename(draft, template);
  } catch (error) {
    // A worker that started at the same time was first, and its template is as good.
    if (!(await exists(template))) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
