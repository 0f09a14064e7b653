import type { ApiFacts } from '../http/api-facts.js';

/** The route comes out of a package, which describes nothing. */
export const METRICS_API: ApiFacts = {
  operations: {
    'get /metrics': {
      id: 'getMetrics',
      summary: 'Metrics, as Prometheus reads them',
      answers: { 200: { description: 'The samples', schema: { type: 'string' }, mediaType: 'text/plain' } },
    },
  },
};
