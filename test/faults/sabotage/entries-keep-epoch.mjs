/**
 * Loaded into the program by `node --import`, to show that the suite notices: what Redis holds is believed, whatever it has
 * missed.
 */
import { RedisEpochRepository } from '../../../dist/src/entries/repository/redis-epoch.repository.js';

RedisEpochRepository.prototype.raiseIn = function keepEpoch(tx) {
  return this.epochIn(tx);
};
RedisEpochRepository.prototype.raiseForMissed = RedisEpochRepository.prototype.raiseIn;
