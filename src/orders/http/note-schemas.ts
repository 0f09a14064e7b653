import { type ApiFacts, type ApiSchema, objectOf, schemaRef } from '../../platform/http/api-facts.js';
import { MAX_AUTHOR_CHARACTERS, MAX_NOTE_CHARACTERS } from '../model/order-note.js';

const TEXT: ApiSchema = { type: 'string' };

/** Notes of support, as they come and as they are shown. */
export const NOTE_SCHEMAS: ApiFacts['schemas'] = {
  NoteRequest: objectOf({
    text: { type: 'string', minLength: 1, maxLength: MAX_NOTE_CHARACTERS },
    author: { type: 'string', minLength: 1, maxLength: MAX_AUTHOR_CHARACTERS },
  }),
  OrderNote: objectOf({
    id: { type: 'integer', minimum: 1, description: 'Grows from note to note of its order' },
    text: TEXT,
    author: TEXT,
    created_at: { type: 'string', format: 'date-time' },
  }),
  OrderNotes: objectOf({ notes: { type: 'array', items: schemaRef('OrderNote') } }),
};
