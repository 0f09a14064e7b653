import { SERVER_CORE } from '../pinning.js';
import { Program } from '../program.js';

/** As the program logs it once it can do its work. */
const READY_LOG = 'ready';

/**
 * Runs the program on the servers' core while `work` is done, from when it is ready.
 *
 * @param warmOrders how many of the newest orders it loads into memory before
 */
export async function withProgram<T>(
  databaseUrl: string,
  warmOrders: number,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const settings = { DATABASE_URL: databaseUrl, CACHE_WARM_ORDERS: String(warmOrders) };
  const program = await Program.start(settings, [], SERVER_CORE);
  try {
    const { url } = await program.logged((line) => line.msg === READY_LOG);
    const result = await work(url as string);
    program.checkAlive();
    return result;
  } finally {
    await program.stop();
  }
}
