import { type ApiFacts, type ApiSchema, headerText, objectOf } from '../../platform/http/api-facts.js';
import { MOVEMENT_KINDS } from '../model/movement.js';
import { stockSchemas } from '../model/stock.schema.js';

type Schemas = NonNullable<ApiFacts['schemas']>;

const CHRT_ID = 9_934_930;
const LEVEL = { chrt_id: CHRT_ID, nm_id: 2_389_212, on_hand: 120, reserved: 0, available: 120 };
const id = (description: string): ApiSchema => ({ type: 'integer', format: 'int64', description });
const pieces = (description: string): ApiSchema => ({ type: 'integer', format: 'int64', description });
const orNull = (type: string, description: string): ApiSchema => ({ type: [type, 'null'], description });

export const INVENTORY_API: ApiFacts = {
  operations: {
    'get /api/inventory': { id: 'listStock', answers: { 200: { headers: ['Link'], example: [LEVEL] } } },
    'put /api/inventory/{chrt_id}': {
      id: 'countStock',
      answers: { 200: { headers: ['ETag'], example: LEVEL }, 201: { headers: ['ETag', 'Location'] } },
      exampleBody: { nm_id: LEVEL.nm_id, on_hand: LEVEL.on_hand },
    },
    'get /api/inventory/{chrt_id}': {
      id: 'getStock',
      answers: { 200: { headers: ['ETag'], example: LEVEL }, 304: { headers: ['ETag'] } },
    },
    'get /api/inventory/{chrt_id}/movements': {
      id: 'listStockMovements',
      answers: { 200: { headers: ['Link'] } },
    },
    'post /api/inventory/{chrt_id}/adjustments': {
      id: 'adjustStock',
      answers: { 200: { headers: ['ETag'], example: LEVEL } },
      exampleBody: { delta: 12, reason: 'a delivery of the maker', by: 'Mia' },
    },
    'post /api/inventory/import': {
      id: 'importStock',
      answers: { 200: {} },
      exampleBody: `chrt_id,nm_id,on_hand\n${CHRT_ID},${LEVEL.nm_id},${LEVEL.on_hand}\n`,
    },
  },
  headers: {
    ETag: headerText('A strong validator: the version of the level, and its figures', '"v3-120-0"'),
    Location: headerText('Where it is', `/api/inventory/${CHRT_ID}`),
  },
  examples: { chrt_id: CHRT_ID, nm_id: LEVEL.nm_id, below: 1_000 },
  schemas: {
    ...(stockSchemas() as unknown as Schemas),
    StockLevel: objectOf({
      chrt_id: id('The thing that can be ordered'),
      nm_id: id('The product that it is a variant of'),
      on_hand: pieces('Pieces in the house, those that are reserved included'),
      reserved: pieces('Pieces that orders hold'),
      available: pieces('Pieces that can be ordered: never negative'),
    }),
    StockMovement: objectOf({
      id: id('Grows with each movement of a thing'),
      kind: { type: 'string', enum: [...MOVEMENT_KINDS] },
      on_hand_delta: pieces('By how much on_hand changed'),
      reserved_delta: pieces('By how much reserved changed'),
      on_hand: pieces('After it'),
      reserved: pieces('After it'),
      order_uid: orNull('string', 'The order that it was for'),
      content_version: orNull('integer', 'Of the order'),
      reason: orNull('string', "Of an adjustment, in its caller's words"),
      by: orNull('string', 'Who has counted or adjusted it, as they call themselves'),
      cause: orNull('string', 'Id of the event that caused it'),
      at: { type: 'string', format: 'date-time' },
    }),
    StockImport: objectOf({
      rows: pieces('Rows of the file'),
      registered: pieces('Things that were new'),
      changed: pieces('Things that had another count, or another nm_id'),
      unchanged: pieces('Things that were so already'),
      refused: {
        type: 'array',
        description: 'Lines that were not applied: more was reserved meanwhile',
        items: objectOf({ line: { type: 'integer' }, detail: { type: 'string' } }),
      },
    }),
  },
};
