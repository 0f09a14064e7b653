import { type ApiFacts, type ApiSchema, objectOf } from '../http/api-facts.js';

const COUNT: ApiSchema = { type: 'integer', minimum: 0 };
const MATCHING = objectOf({
  matching: COUNT,
  exact: {
    type: 'boolean',
    description: 'Whether there are no more; counting stops at 10,000, or, with 0, after two seconds',
  },
  seen: {
    type: 'string',
    description: 'For the request that does it to these, and to none that came in since',
  },
});
const NONE = { matching: 0, exact: true, seen: 'MC8xNjM3OTA3NzI3MDAwMDAw' };
const NOT_EMPTY: ApiSchema = { type: 'string', minLength: 1 };

export const DEAD_LETTERS_API: ApiFacts = {
  operations: {
    'get /api/dead-letters': { id: 'listDeadLetters', answers: { 200: { headers: ['Link'] } } },
    'get /api/dead-letters/{id}': { id: 'getDeadLetter', answers: {} },
    'get /api/counts/dead-letters': { id: 'countDeadLetters', answers: {} },
    'delete /api/dead-letters/{id}': { id: 'discardDeadLetter', answers: {} },
    'post /api/dead-letters/replay': {
      id: 'replayDeadLetters',
      answers: {
        200: { schema: MATCHING, example: NONE },
        202: { schema: objectOf({ replayed: COUNT }), example: { replayed: 1 } },
      },
      exampleBody: { all: true, dry_run: true },
    },
    'post /api/dead-letters/discard': {
      id: 'discardDeadLetters',
      answers: {
        200: {
          schema: { oneOf: [MATCHING, objectOf({ discarded: COUNT })] },
          example: NONE,
        },
      },
      exampleBody: { all: true, dry_run: true },
    },
    'post /api/dead-letters/{id}/replay': { id: 'replayDeadLetter', answers: {} },
    'post /api/dead-letters/{id}/edited-replay': {
      id: 'replayEditedDeadLetter',
      answers: {},
      exampleBody: { value: '{"order_uid":"b563feb7b2b84b6test"}', edits: 0 },
    },
  },
  parameters: { topic: NOT_EMPTY, reason: NOT_EMPTY },
  examples: { id: 1 },
};
