import type { DatabaseCommand } from '../platform/context-command.js';
import { UserImportRepository } from './repository/user-import.repository.js';
import { loadUsers } from './service/user-load.js';

/** What promos brings to the command line. */
export const PROMOS_COMMANDS: Readonly<Record<string, DatabaseCommand>> = {
  load: {
    summary: 'create and change users, out of a CSV file; - for standard input',
    operands: ['FILE'],
    run: ({ database, terminal }, [file = '']) =>
      loadUsers(new UserImportRepository(database), file, terminal),
  },
};
