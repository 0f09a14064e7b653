import { promosBytesConformance } from './promos-bytes.conformance.js';

promosBytesConformance('memory', () => ({}));
