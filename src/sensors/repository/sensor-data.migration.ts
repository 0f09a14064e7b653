import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Readings of sensors. The schema is there before. */
export class SensorData1796212800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sensors.sensor_data (
        id         bigserial,
        sensor_id  text             NOT NULL,
        value      double precision NOT NULL,
        ts         bigint           NOT NULL,
        topic      text,
        partition  integer,
        "offset"   bigint,
        event_time timestamptz,
        CONSTRAINT pk_sensor_data PRIMARY KEY (id),
        CONSTRAINT uq_sensor_data_origin UNIQUE (topic, partition, "offset", event_time)
      )`);
    await runner.query(`COMMENT ON COLUMN sensors.sensor_data.ts IS 'Unix seconds'`);
    await runner.query(
      `COMMENT ON COLUMN sensors.sensor_data.topic IS 'of the event; null where the reading came over HTTP'`,
    );
    await runner.query(`
      CREATE INDEX ix_sensor_data_sensor_id ON sensors.sensor_data (sensor_id, ts DESC, id DESC)`);
    // Times grow with the rows, more or less, so a summary of each block range finds a span of them. It costs no write.
    await runner.query(`CREATE INDEX ix_sensor_data_ts ON sensors.sensor_data USING brin (ts)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE sensors.sensor_data`);
  }
}
