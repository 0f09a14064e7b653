import { POSTGRES_FAULTS } from './postgres-faults.js';
import { REDIS_FAULTS } from './redis-faults.js';
import type { PromosScenario } from './scenario.js';
import { SHARED_READS } from './shared-reads.js';

export const SCENARIOS: readonly PromosScenario[] = [...REDIS_FAULTS, ...POSTGRES_FAULTS, ...SHARED_READS];
