import { inventoryConformance } from './inventory.conformance.js';

inventoryConformance('the loopback', () => ({}));
