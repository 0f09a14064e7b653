import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type LoggerOptions, pino, type Logger as PinoLogger } from 'pino';
import { errorRecord, messageForLog } from './error-record.js';
import { standardOutput } from './standard-output.js';

export type Logger = PinoLogger;

/** The process's logger, for constructor injection. */
export const LOGGER = Symbol('Logger');

/**
 * Writes one JSON line a message to standard output. Errors stand under `err` with their stack; what their messages quote of
 * orders is left out, see {@link errorRecord}.
 */
export function createLogger(level: string, destination: DestinationStream = standardOutput()): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => errorRecord(error) },
    hooks: { logMethod: withoutBareErrors },
  };
  return pino(options, destination);
}

/** Gives a line that has an error and no message the error's message without quotes; pino would take it as it is. */
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

  private write(
    level: 'fatal' | 'error' | 'warn' | 'debug' | 'trace',
    message: unknown,
    details: unknown[],
  ): void {
    // Nest puts the name of the part that speaks last, and a stack, which may quote an order, before it or in its place.
    const last = details.at(-1);
    const context = typeof last === 'string' && !last.includes('\n') ? last : undefined;
    const fields = message instanceof Error ? { err: message } : {};
    this.logger[level](
      { ...fields, context },
      message instanceof Error ? messageForLog(message) : String(message),
    );
  }

  log(message: unknown, ...details: unknown[]): void {
    this.write('debug', message, details);
  }

  error(message: unknown, ...details: unknown[]): void {
    this.write('error', message, details);
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.write('fatal', message, details);
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
