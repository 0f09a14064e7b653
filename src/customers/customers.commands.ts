import type { ContextCommand } from '../platform/context-command.js';
import { LOAD_TEST_USAGE, parseLoadTestCommand } from './load-test/load-test-arguments.js';
import { loadTest } from './load-test/load-test-command.js';
import { parseProduceCommand, PRODUCE_USAGE } from './producer/produce-arguments.js';
import { produceCustomers } from './producer/produce-command.js';

/** What customers brings to the command line. */
export const CUSTOMERS_COMMANDS: Readonly<Record<string, ContextCommand>> = {
  produce: {
    summary: 'send made-up customers to the topic',
    usage: PRODUCE_USAGE,
    runWith: (parts, words) => produceCustomers(parseProduceCommand(words), parts),
  },
  'load-test': {
    summary: 'ask a running program for customers as fast as it answers',
    usage: LOAD_TEST_USAGE,
    runWith: (parts, words) => loadTest(parseLoadTestCommand(words), parts),
  },
};
