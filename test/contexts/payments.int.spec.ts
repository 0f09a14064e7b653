import { paymentsConformance } from './payments.conformance.js';

paymentsConformance('the loopback', () => ({}));
