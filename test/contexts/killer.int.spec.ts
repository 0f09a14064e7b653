import { killerConformance } from './killer.conformance.js';

killerConformance('the loopback', ['loop']);
