/** Loaded into the program by `node --import`, to show that the suite notices: Redis keeps what it took first. */
import { EntriesInRedis } from '../../../dist/src/entries/cache/entries-in-redis.js';

EntriesInRedis.prototype.took = async () => undefined;
EntriesInRedis.prototype.drop = () => undefined;
