/**
 * Loaded into the program by `node --import`, to show that the suite notices: the latest reading is the one that came
 * last, whatever its time.
 */
import { LatestReadings } from '../../../dist/src/sensors/cache/latest-readings.js';

LatestReadings.prototype.put = function putByArrival(stored) {
  for (const reading of stored) this.held.set(reading.sensor_id, reading);
};
