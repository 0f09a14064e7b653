import { type ApiFacts, objectOf, schemaRef } from '../http/api-facts.js';

export const FEATURES_API: ApiFacts = {
  operations: {
    'get /api/features': { id: 'getFeatures', answers: { 200: { schema: schemaRef('Features') } } },
  },
  schemas: {
    Features: objectOf({
      version: { type: 'string', description: 'Of the program' },
      contexts: { type: 'array', items: { type: 'string' }, description: 'Those that this process serves' },
      demo: { type: 'boolean', description: 'Whether orders may be made up (the setting DEMO)' },
      search: { type: 'boolean', description: 'Whether orders may be searched for (the setting SEARCH)' },
    }),
  },
};
