import { ErrorReply } from 'redis';
import type { RedisClient } from './redis-client.js';

/** The server that answers, another one after each of its starts; undefined where it does not tell. */
export async function runIdOf(client: RedisClient): Promise<string | undefined> {
  try {
    return /^run_id:(\w+)/m.exec((await client.info('server')).toString())?.[1];
  } catch (error) {
    if (error instanceof ErrorReply) return undefined;
    throw error;
  }
}
