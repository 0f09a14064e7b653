import { join } from 'node:path';
import { pinnedTo } from '../pinning.js';
import { lastLine, outputOf } from './child.js';
import type { LoadOptions, LoadResult } from './load-options.js';

const SCRIPT = join(import.meta.dirname, 'autocannon-load.ts');

/** Puts load on a server from a process of its own: what sends must not wait for what measures. */
export async function autocannonLoad(options: LoadOptions): Promise<LoadResult> {
  const command = pinnedTo(options.core, [process.execPath, '--import', 'tsx', SCRIPT]);
  return lastLine<LoadResult>(await outputOf(command, JSON.stringify(options)));
}
