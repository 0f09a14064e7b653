import { troubleConformance } from './trouble.conformance.js';

troubleConformance('the loopback');
