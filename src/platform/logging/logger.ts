import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** The process's logger, for constructor injection. */
export const LOGGER = Symbol('Logger');

/** One JSON line an event on standard output. Errors stand under `err` with their stack. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}

/** Nest's own lines through the same logger. Its route-by-route account of the start is debug material. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  private write(level: 'error' | 'warn' | 'debug' | 'trace', message: unknown, details: unknown[]): void {
    const context = details.at(-1);
    const fields = message instanceof Error ? { err: message } : {};
    this.logger[level](
      { ...fields, context: typeof context === 'string' ? context : undefined },
      String(message),
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
