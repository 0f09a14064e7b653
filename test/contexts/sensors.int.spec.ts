import { sensorsConformance } from './sensors.conformance.js';

sensorsConformance('the loopback', () => ({}));
