import type { Settings } from './config/setting-group.js';
import type { Database } from './database/database.js';
import type { Topics } from './messaging/topics.js';
import type { Terminal } from './terminal.js';

/** What a command that needs no database works with. */
export interface OptionsCommandParts {
  readonly settings: Settings;
  readonly terminal: Terminal;
}

/** What a command on the database works with. */
export interface CommandParts extends OptionsCommandParts {
  /** Open, and migrated. */
  readonly database: Database;
  readonly topics: Topics;
}

/** A command which works on the database and ends: `waybill <context> <command> [operands]`. */
export interface DatabaseCommand {
  /** What it does, in one line. */
  readonly summary: string;
  /** What stands behind it, by names for people, such as `FILE`; by default nothing does. */
  readonly operands?: readonly string[];
  /**
   * @param operands as many as it has names for
   * @returns the exit code
   */
  run(parts: CommandParts, operands: readonly string[]): Promise<number>;
}

/**
 * A command with options, which works from beside the program and ends: `waybill <context> <command> [options]`. It gets no
 * database, and CONTEXTS may be without its context.
 */
export interface OptionsCommand {
  /** What it does, in one line. */
  readonly summary: string;
  /** What `--help` prints, with a line break at its end. */
  readonly usage: string;
  /**
   * @param words all that stands behind its name
   * @returns the exit code
   * @throws UsageError when they cannot be understood
   */
  runWith(parts: OptionsCommandParts, words: readonly string[]): Promise<number>;
}

/** A command that a context brings. */
export type ContextCommand = DatabaseCommand | OptionsCommand;
