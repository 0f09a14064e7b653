import { MAX_COUNTED } from '../database/bounded-count.js';
import { type ApiFacts, objectOf, schemaRef } from '../http/api-facts.js';

export const TROUBLE_API: ApiFacts = {
  operations: {
    'get /api/counts/trouble': { id: 'countTrouble', answers: { 200: { schema: schemaRef('Trouble') } } },
  },
  schemas: {
    BoundedCount: objectOf({
      count: { type: 'integer', minimum: 0, maximum: MAX_COUNTED },
      exact: { type: 'boolean', description: 'Where it is not, there are at least as many' },
    }),
    Trouble: objectOf({
      counts: {
        type: 'object',
        description:
          'By kind, such as dead_letters and disputed_orders, of those that this process knows; null where it cannot be counted at the moment',
        additionalProperties: { oneOf: [schemaRef('BoundedCount'), { type: 'null' }] },
      },
      not_ready: {
        type: 'array',
        items: { type: 'string' },
        description: 'Parts of this process that are down, as GET /health has them',
      },
    }),
  },
};
