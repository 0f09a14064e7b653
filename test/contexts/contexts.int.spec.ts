import { contextsConformance } from './contexts.conformance.js';

contextsConformance('the loopback', () => ({}));
