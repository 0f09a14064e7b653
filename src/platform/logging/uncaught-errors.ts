import { messageForLog } from './error-record.js';
import type { Logger } from './logger.js';

const EX_SOFTWARE = 1;

/** Logs an uncaught error and exits. Node itself would print the error with all its properties, orders included. */
export function exitOnUncaughtError(log: Logger): void {
  process.on('uncaughtException', (error: unknown) => {
    log.fatal({ err: error }, 'the program ends by an error that nobody caught');
    process.stderr.write(`the program ends by an error that nobody caught: ${messageForLog(error)}\n`);
    process.exit(EX_SOFTWARE);
  });
}
