import { SERVER_CORE } from '../pinning.js';
import { startReady } from '../ready-program.js';

/**
 * Runs the program on the servers' core while `work` is done, from when it is ready.
 *
 * @param warmOrders how many of the newest orders it loads into memory before
 */
export async function withPinnedProgram<T>(
  databaseUrl: string,
  warmOrders: number,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const settings = { DATABASE_URL: databaseUrl, CACHE_WARM_ORDERS: String(warmOrders) };
  const { program, url } = await startReady(settings, SERVER_CORE);
  try {
    const result = await work(url);
    program.checkAlive();
    return result;
  } finally {
    await program.stop();
  }
}
