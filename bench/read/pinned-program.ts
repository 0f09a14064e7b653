import { SERVER_CORE } from '../pinning.js';
import { startReady } from '../ready-program.js';

/** Runs the program on the servers' core while `work` is done, from when it is ready. */
export async function withPinnedProgram<T>(
  settings: Readonly<Record<string, string>>,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const { program, url } = await startReady(settings, SERVER_CORE);
  try {
    const result = await work(url);
    program.checkAlive();
    return result;
  } finally {
    await program.stop();
  }
}

/** For {@link withPinnedProgram}. @param orders how many of the newest the program loads into memory before it is ready */
export function warmed(databaseUrl: string, orders: number): Readonly<Record<string, string>> {
  return { DATABASE_URL: databaseUrl, CACHE_WARM_ORDERS: String(orders) };
}
