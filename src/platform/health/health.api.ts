import {
  type AnswerFacts,
  type ApiFacts,
  objectOf,
  type OperationFacts,
  schemaRef,
} from '../http/api-facts.js';

const UP: AnswerFacts = { description: 'All is up', schema: schemaRef('HealthReport') };
const DOWN: AnswerFacts = {
  description: 'Something is down; the report says what',
  schema: schemaRef('HealthReport'),
  mediaType: 'application/json',
};

const health = (id: string): OperationFacts => ({ id, answers: { 200: UP, 503: DOWN } });

export const HEALTH_API: ApiFacts = {
  operations: {
    'get /health': health('getHealth'),
    'get /health/live': health('getLiveness'),
    'get /health/ready': health('getReadiness'),
  },
  schemas: {
    HealthReport: objectOf({
      status: { type: 'string', enum: ['up', 'down'] },
      parts: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          required: ['up'],
          properties: { up: { type: 'boolean' }, detail: { type: 'string', description: 'Why not' } },
        },
      },
    }),
  },
};
