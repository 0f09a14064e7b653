// Before anything else, since pg reads libpq's variables from its first line on.
import '../../src/platform/config/libpq-variables.js';
import 'reflect-metadata';
import { runCommandLine } from '../../src/command-line.js';
import { orders } from '../../src/orders/orders.module.js';
import { parcels } from './parcels/parcels.module.js';
import { unreliable } from './unreliable/unreliable.module.js';
import { weights } from './weights/weights.module.js';

await runCommandLine(process.argv.slice(2), [orders, parcels, weights, unreliable]);
