import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type LoggerOptions, pino, type Logger as PinoLogger } from 'pino';
import { errorRecord, messageForLog } from './error-record.js';

export type Logger = PinoLogger;

/** The process's logger, for constructor injection. */
export const LOGGER = Symbol('Logger');

/**
 * One JSON line an event on standard output. Errors stand under `err` with their stack, and without what they quote of
 * orders: see {@link errorRecord}.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => errorRecord(error) },
    hooks: { logMethod: withoutBareErrors },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Where a line has no words of its own, pino takes those of its error, as they are. */
const withoutBareErrors: NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']> = function (
  given,
  method,
) {
  const [first, message] = given as unknown[];
  const error = first instanceof Error ? first : (first as { err?: unknown } | undefined)?.err;
  if (error === undefined || message !== undefined) return method.apply(this, given);
  const fields = first instanceof Error ? { err: first } : first;
  return method.apply(this, [fields, messageForLog(error)] as unknown as typeof given);
};

/** Nest's own lines through the same logger. Its route-by-route account of the start is debug material. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  private write(level: 'error' | 'warn' | 'debug' | 'trace', message: unknown, details: unknown[]): void {
    const context = details.at(-1);
    const fields = message instanceof Error ? { err: message } : {};
    this.logger[level](
      { ...fields, context: typeof context === 'string' ? context : undefined },
      message instanceof Error ? messageForLog(message) : String(message),
    );
  }

  log(message: unknown, ...details: unknown[]): void {
    this.write('debug', message, details);
  }

  error(message: unknown, ...details: unknown[]): void {
    this.write('error', message, details);
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.write('warn', message, details);
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.write('debug', message, details);
  }

  verbose(message: unknown, ...details: unknown[]): void {
    this.write('trace', message, details);
  }
}
