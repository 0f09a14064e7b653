import { join } from 'node:path';
import { pinnedTo } from '../pinning.js';
import { lastLine, outputOf } from './child.js';
import type { LoadOptions, LoadResult } from './load-options.js';

const SENDERS = { autocannon: 'autocannon-load.ts', paced: 'paced-load.ts' };

/** Puts load on a server from a process of its own: what sends must not wait for what measures. */
export async function loadFrom(sender: keyof typeof SENDERS, options: LoadOptions): Promise<LoadResult> {
  const script = join(import.meta.dirname, SENDERS[sender]);
  const command = pinnedTo(options.core, [process.execPath, '--import', 'tsx', script]);
  return lastLine<LoadResult>(await outputOf(command, JSON.stringify(options)));
}
