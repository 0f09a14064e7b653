import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scans of parcels. The schema is there before. */
export class ParcelScans1796169600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE parcels.scans (
        scan_id      text        NOT NULL,
        track_number text        NOT NULL,
        place        text        NOT NULL,
        scanned_at   timestamptz NOT NULL,
        CONSTRAINT pk_scans PRIMARY KEY (scan_id)
      )`);
    await runner.query(`CREATE INDEX ix_scans_track_number ON parcels.scans (track_number, scanned_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE parcels.scans`);
  }
}
