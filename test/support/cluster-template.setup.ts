import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLUSTER_TEMPLATE_IN } from './cluster-template.js';

/** Where the programs of a run get their clusters from. Workers inherit the environment of the run. */
export default async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-test-cluster-'));
  process.env[CLUSTER_TEMPLATE_IN] = directory;
  return () => rm(directory, { recursive: true, force: true });
}
