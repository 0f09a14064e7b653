import type { Settings } from './config/setting-group.js';
import type { Database } from './database/database.js';
import type { Topics } from './messaging/topics.js';
import type { Terminal } from './terminal.js';

/** What a command of a context works with. */
export interface CommandParts {
  /** Open, and migrated. */
  readonly database: Database;
  readonly settings: Settings;
  readonly topics: Topics;
  readonly terminal: Terminal;
}

/** A command that a context brings, which works on the database and ends: `waybill <context> <command> [operands]`. */
export interface ContextCommand {
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
