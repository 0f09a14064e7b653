import { type EventFacts, headersOfReceived, messageSchemaRef } from '../platform/messaging/event-facts.js';
import { encodeReading, type Reading, READING_ID_HEADER } from './model/reading.js';
import { readingJsonSchema } from './model/reading.schema.js';
import { READINGS_TOPIC } from './producer/reading-announcements.js';

const EXAMPLE: Reading = { sensor_id: 'sensor-123', value: 16.21, timestamp: 1_795_254_597 };
const SCHEMA = readingJsonSchema({ unknownFields: 'ignore' });

/** The topic of readings, and what goes over it. */
export const SENSORS_EVENTS: EventFacts = {
  topics: { [READINGS_TOPIC]: { summary: 'Readings of sensors', message: 'reading' } },
  messages: {
    reading: {
      title: 'A reading of a sensor',
      summary: 'Each is stored once. A null value is a tombstone: it forgets the sensor that is its key.',
      contentType: 'application/json',
      key: {
        ...SCHEMA.properties.sensor_id!,
        description: '`sensor_id`: events of one key keep their order',
      },
      headers: headersOfReceived(
        {
          [READING_ID_HEADER]: {
            type: 'string',
            pattern: '^[1-9][0-9]*$',
            description:
              'Only where the reading came over HTTP: its id, by which it is known to be stored already',
          },
        },
        'None is needed; all are kept with a dead letter',
      ),
      payload: messageSchemaRef('Reading'),
      example: { headers: {}, payload: JSON.parse(encodeReading(EXAMPLE)) as unknown },
    },
  },
  operations: {
    storeReadings: {
      action: 'receive',
      topic: READINGS_TOPIC,
      summary: 'Stores readings, a batch at a time',
      mode: 'shared',
    },
    announceReadings: {
      action: 'send',
      topic: READINGS_TOPIC,
      summary: 'Tells of readings that came over HTTP, once they are stored: POST /data',
    },
    sendMadeUpReadings: {
      action: 'send',
      topic: READINGS_TOPIC,
      summary: 'Sends made-up readings, where the process has the role producer',
    },
  },
  schemas: { Reading: SCHEMA },
};
