/** What PostgreSQL says of itself and of the account. */
export interface ServerFacts {
  readonly user: string;
  readonly database: string;
  /** `18.1` */
  readonly version: string;
  /** Where tables without a schema are made; null where the search path has none that is there. */
  readonly schema: string | null;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly mayMakeSchemas: boolean;
  readonly connectionsLeft: number;
}

export const SERVER_FACTS = `
  SELECT session_user AS user, current_database() AS database, current_schema() AS schema,
         split_part(current_setting('server_version'), ' ', 1) AS version,
         pg_is_in_recovery() AS "isStandby",
         current_setting('transaction_read_only') = 'on' AS "isReadOnly",
         has_database_privilege(current_database(), 'CREATE') AS "mayMakeSchemas",
         least(
           current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
             - (SELECT sum(numbackends) FROM pg_stat_database),
           (SELECT nullif(datconnlimit, -1) - numbackends FROM pg_database JOIN pg_stat_database ON oid = datid
            WHERE pg_database.datname = current_database()),
           (SELECT nullif(rolconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user)
            FROM pg_roles WHERE rolname = current_user)
         )::int AS "connectionsLeft"`;

export interface SchemaFacts {
  readonly name: string;
  readonly isThere: boolean;
  readonly mayUse: boolean;
  readonly mayCreate: boolean;
}

/** Of the schemas whose names are $1. */
export const SCHEMA_FACTS = `
  SELECT name, to_regnamespace(quote_ident(name)) IS NOT NULL AS "isThere",
         coalesce(has_schema_privilege(to_regnamespace(quote_ident(name))::oid, 'USAGE'), false) AS "mayUse",
         coalesce(has_schema_privilege(to_regnamespace(quote_ident(name))::oid, 'CREATE'), false) AS "mayCreate"
  FROM unnest($1::text[]) AS name`;

export interface TableFacts {
  readonly name: string;
  /** SELECT, INSERT, UPDATE and DELETE, as far as they are missing. */
  readonly missing: readonly string[];
  readonly isOwn: boolean;
}

/** Of the tables that there are: all in the schemas of $1, and those named $3 in the schema $2. */
export const TABLE_FACTS = `
  SELECT format('%s.%s', nspname, relname) AS name,
         ARRAY(SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
               WHERE NOT has_table_privilege(pg_class.oid, privilege)) AS missing,
         pg_has_role(relowner, 'USAGE') AS "isOwn"
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind IN ('r', 'p') AND (nspname = ANY($1::text[]) OR (nspname = $2 AND relname = ANY($3::text[])))
  ORDER BY 1`;
