import { type ApiFacts, headerText, objectOf } from '../../platform/http/api-facts.js';
import { readingJsonSchema } from '../model/reading.schema.js';

const EXAMPLE_READING = { sensor_id: 'sensor-123', value: 16.21, timestamp: 1_795_254_597 };

export const SENSORS_API: ApiFacts = {
  operations: {
    'get /data': { id: 'listReadings', answers: { 200: { headers: ['Link'] } } },
    'post /data': {
      id: 'submitReadings',
      answers: { 201: { schema: { $ref: '#/components/schemas/StoredReadings' } } },
      exampleBody: EXAMPLE_READING,
    },
    'get /data/stream': {
      id: 'watchReadings',
      answers: {
        200: {
          description: 'Events until the client ends it',
          schema: { type: 'string' },
          mediaType: 'text/event-stream',
        },
      },
    },
    'get /recent/{sensor_id}': {
      id: 'getRecentReading',
      answers: {
        200: { headers: ['ETag', 'X-Reading-Timestamp'], example: EXAMPLE_READING.value },
        304: { headers: ['ETag', 'X-Reading-Timestamp'] },
      },
    },
  },
  headers: {
    ETag: headerText('A strong validator: the time of the reading, and its id', '"1795254597-17"'),
    'X-Reading-Timestamp': headerText('When the sensor has read it, in Unix seconds', '1795254597'),
  },
  schemas: {
    Reading: readingJsonSchema() as unknown as NonNullable<ApiFacts['schemas']>[string],
    StoredReadings: objectOf({
      reading_ids: {
        type: 'array',
        items: { type: 'integer', format: 'int64' },
        description: "In the readings' order; each stands in the header reading_id of its copy on the topic",
      },
    }),
  },
  examples: { sensor_id: EXAMPLE_READING.sensor_id },
};
