/**
 * Loaded into the program by `node --import`, to show that the suite notices: Redis keeps what each process has had it take
 * first, and nobody repairs it.
 */
import { EntriesInRedis } from '../../../dist/src/entries/cache/entries-in-redis.js';
import { RedisRepairs } from '../../../dist/src/entries/service/redis-repairs.js';

const taken = new Set();
const put = EntriesInRedis.prototype.put;

EntriesInRedis.prototype.put = async function putOnce(entries, ...others) {
  const first = entries.filter(({ instance, key }) => !taken.has(`${instance}/${key}`));
  for (const { instance, key } of first) taken.add(`${instance}/${key}`);
  if (first.length > 0) await put.call(this, first, ...others);
};
EntriesInRedis.prototype.took = async () => undefined;
EntriesInRedis.prototype.drop = () => undefined;
RedisRepairs.prototype.repair = async () => undefined;
