import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES_CHANNEL, EVERY_USER } from '../model/user-changes.js';

/** A notification takes 7,999 bytes, an id 20 and a comma. */
const IDS_A_NOTIFICATION = 300;
/** Of more it is said alone that all may have changed: who hears of it forgets all, which is done sooner. */
const MAX_IDS = 3_000;
/** What a statement has written of more rows is not compared, which takes 10 s a million: all may have changed. */
const MAX_COMPARED = 100_000;

/** Ids that nobody can ask for need not be told. */
const tell = (changed: string): string => `
          ids := ARRAY(
            SELECT user_id FROM (${changed}) AS changed (user_id)
             WHERE user_id ~ '^[A-Za-z0-9_-]{1,20}$'
             LIMIT ${MAX_IDS + 1});
          IF cardinality(ids) > ${MAX_IDS} THEN
            PERFORM pg_notify('${CHANGES_CHANNEL}', '${EVERY_USER}');
            RETURN NULL;
          END IF;
          FOR place IN 1..cardinality(ids) BY ${IDS_A_NOTIFICATION} LOOP
            PERFORM pg_notify('${CHANGES_CHANNEL}', array_to_string(ids[place:place + ${IDS_A_NOTIFICATION - 1}], ','));
          END LOOP;`;

/** The tables that a statement's rows can be read from, by what it does. */
const CHANGED = {
  insert: 'SELECT user_id FROM new_rows',
  update: `SELECT user_id FROM old_rows AS was FULL JOIN new_rows AS now USING (user_id)
             WHERE (was.deeplink, was.promo_message) IS DISTINCT FROM (now.deeplink, now.promo_message)`,
  delete: 'SELECT user_id FROM old_rows',
};

const TABLES = {
  insert: 'NEW TABLE AS new_rows',
  update: 'OLD TABLE AS old_rows NEW TABLE AS new_rows',
  delete: 'OLD TABLE AS old_rows',
};

/**
 * Users, and what tells of each change to them, whoever makes it: once a statement, delivered with the commit. The schema is
 * there before.
 */
export class Users1796990400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE promos.users (
        user_id       varchar(20) NOT NULL,
        deeplink      text        NOT NULL DEFAULT '',
        promo_message text        NOT NULL DEFAULT '',
        CONSTRAINT pk_users PRIMARY KEY (user_id)
      )`);
    for (const event of ['insert', 'update', 'delete'] as const) {
      await runner.query(`
        CREATE FUNCTION promos.tell_of_${event}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          ids varchar[];
        BEGIN
          PERFORM 1 FROM ${event === 'delete' ? 'old_rows' : 'new_rows'} OFFSET ${MAX_COMPARED} LIMIT 1;
          IF FOUND THEN
            PERFORM pg_notify('${CHANGES_CHANNEL}', '${EVERY_USER}');
            RETURN NULL;
          END IF;${tell(CHANGED[event])}
          RETURN NULL;
        END $$`);
      await runner.query(`
        CREATE TRIGGER tell_of_${event} AFTER ${event.toUpperCase()} ON promos.users
        REFERENCING ${TABLES[event]} FOR EACH STATEMENT EXECUTE FUNCTION promos.tell_of_${event}()`);
    }
    await runner.query(`
      CREATE FUNCTION promos.tell_of_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('${CHANGES_CHANNEL}', '${EVERY_USER}');
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER tell_of_truncate AFTER TRUNCATE ON promos.users
      FOR EACH STATEMENT EXECUTE FUNCTION promos.tell_of_truncate()`);
    // Loaders of copies set session_replication_role, so that other triggers do not run.
    for (const event of ['insert', 'update', 'delete', 'truncate']) {
      await runner.query(`ALTER TABLE promos.users ENABLE ALWAYS TRIGGER tell_of_${event}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE promos.users');
    for (const event of ['insert', 'update', 'delete', 'truncate']) {
      await runner.query(`DROP FUNCTION promos.tell_of_${event}()`);
    }
  }
}
