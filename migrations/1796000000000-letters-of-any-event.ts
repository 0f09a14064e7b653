import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Dead letters that hold whatever an event may have: headers of which several have one name, none has a value, or a name
 * is no text, in their order; and timestamps that no calendar has. Additive: the program of before goes on writing and
 * reading `headers` and `event_time`.
 */
export class LettersOfAnyEvent1796000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE dead_letters ADD COLUMN header_list jsonb, ADD COLUMN event_timestamp bigint`,
    );
    await runner.query(`ALTER TABLE dead_letter_attempts ADD COLUMN event_timestamp bigint`);
    await runner.query(`
      COMMENT ON COLUMN dead_letters.header_list IS
        'all headers in their order, as pairs of name and value in base64; null where headers says it all'`);
    await runner.query(`
      COMMENT ON COLUMN dead_letters.event_timestamp IS
        'what the event has, mostly milliseconds since 1970; event_time is the same moment where a calendar has it'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE dead_letter_attempts DROP COLUMN event_timestamp`);
    await runner.query(`ALTER TABLE dead_letters DROP COLUMN header_list, DROP COLUMN event_timestamp`);
  }
}
