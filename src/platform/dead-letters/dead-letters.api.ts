import { type ApiFacts, type ApiSchema, objectOf } from '../http/api-facts.js';

const COUNT: ApiSchema = { type: 'integer', minimum: 0 };
const NOT_EMPTY: ApiSchema = { type: 'string', minLength: 1 };

export const DEAD_LETTERS_API: ApiFacts = {
  operations: {
    'get /api/dead-letters': { id: 'listDeadLetters', answers: { 200: { headers: ['Link'] } } },
    'get /api/dead-letters/{id}': { id: 'getDeadLetter', answers: {} },
    'delete /api/dead-letters/{id}': { id: 'discardDeadLetter', answers: {} },
    'post /api/dead-letters/replay': {
      id: 'replayDeadLetters',
      answers: {
        200: { schema: objectOf({ matching: COUNT }), example: { matching: 0 } },
        202: { schema: objectOf({ replayed: COUNT }), example: { replayed: 1 } },
      },
      exampleBody: { all: true, dry_run: true },
    },
    'post /api/dead-letters/discard': {
      id: 'discardDeadLetters',
      answers: {
        200: {
          schema: { oneOf: [objectOf({ matching: COUNT }), objectOf({ discarded: COUNT })] },
          example: { matching: 0 },
        },
      },
      exampleBody: { all: true, dry_run: true },
    },
    'post /api/dead-letters/{id}/replay': { id: 'replayDeadLetter', answers: {} },
    'post /api/dead-letters/{id}/edited-replay': {
      id: 'replayEditedDeadLetter',
      answers: {},
      exampleBody: { value: '{"order_uid":"b563feb7b2b84b6test"}' },
    },
  },
  parameters: { topic: NOT_EMPTY, reason: NOT_EMPTY },
  examples: { id: 1 },
};
