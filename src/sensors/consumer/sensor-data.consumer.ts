import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import { lastValueOf } from '../../platform/messaging/event-headers.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { READING_ID_HEADER } from '../model/reading.js';
import { decodeReading } from '../model/reading.codec.js';
import { isSensorId, SENSOR_ID } from '../model/sensor-id.js';
import type { IncomingReading, IncomingReadings } from '../service/incoming-readings.js';
import { ReadingIntake } from '../service/reading-intake.js';

/** Some 3 us each. */
const READINGS_A_TURN = 300;

/** Readings from the topic `sensor-data`; a tombstone forgets the sensor that is its key. */
@Controller()
export class SensorDataConsumer {
  constructor(private readonly intake: ReadingIntake) {}

  @Subscribe({ context: 'sensors', topic: 'sensor-data', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    let readings: IncomingReading[] = [];
    const tombstones = new Map<string, IncomingReadings['tombstones'][number]>();
    const refused: RefusedEvent[] = [];
    const take = (event: ReceivedEvent): void => {
      if (event.value === null) {
        const sensorId = sensorIdOf(event.key);
        if (sensorId === undefined) {
          refused.push({ event, reason: `the key of a tombstone must be ${SENSOR_ID}`, attempts: 1 });
          return;
        }
        tombstones.set(sensorId, { sensorId, origin: event });
        readings = readings.filter(({ reading }) => reading.sensor_id !== sensorId);
        return;
      }
      const verdict = decodeReading(event.value);
      if (verdict.valid) {
        readings.push({ reading: verdict.model, origin: event, readingId: readingIdOf(event) });
      } else refused.push({ event, reason: describeFaults(verdict.faults), attempts: 1 });
    };
    await eachInTurns('background', events, take, READINGS_A_TURN);
    await this.intake.receive({ readings, tombstones: [...tombstones.values()], refused });
  }
}

/** Bytes that are no UTF-8 are read as U+FFFD, which would be another sensor. */
function sensorIdOf(key: Buffer | null): string | undefined {
  const text = key?.toString();
  return key !== null && isSensorId(text) && Buffer.from(text).equals(key) ? text : undefined;
}

function readingIdOf({ headers }: ReceivedEvent): number | undefined {
  const id = Number(/^[1-9]\d{0,15}$/.exec(lastValueOf(headers, READING_ID_HEADER)?.toString() ?? '')?.[0]);
  return Number.isSafeInteger(id) ? id : undefined;
}
