import type { DatabaseTls } from '../config/database-url.js';

/** Where a PostgreSQL server is reached and as whom. */
export interface ConnectionSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** TLS to the server; without it the connection is in the clear. */
  ssl?: DatabaseTls;
}
