import { DEAD_LETTERS_API } from './dead-letters/dead-letters.api.js';
import { FEATURES_API } from './features/features.api.js';
import { HEALTH_API } from './health/health.api.js';
import type { ApiFacts } from './http/api-facts.js';
import { METRICS_API } from './metrics/metrics.api.js';
import { TROUBLE_API } from './trouble/trouble.api.js';

/** What the platform tells of the API that it has by itself. */
export const PLATFORM_API: readonly ApiFacts[] = [
  HEALTH_API,
  METRICS_API,
  DEAD_LETTERS_API,
  FEATURES_API,
  TROUBLE_API,
];
