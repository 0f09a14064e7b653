import { EntitySchema } from 'typeorm';

/** A reading, and where it came from: all of the origin is null where it came over HTTP. */
export interface ReadingRow {
  id: number;
  sensor_id: string;
  value: number;
  ts: number;
  topic: string | null;
  partition: number | null;
  offset: number | null;
  event_time: Date | null;
}

export const ReadingEntity = new EntitySchema<ReadingRow>({
  name: 'sensor_reading',
  schema: 'sensors',
  tableName: 'sensor_data',
  columns: {
    id: {
      type: 'bigint',
      primary: true,
      primaryKeyConstraintName: 'pk_sensor_data',
      generated: 'increment',
    },
    sensor_id: { type: 'text' },
    value: { type: 'double precision' },
    ts: { type: 'bigint', comment: 'Unix seconds' },
    topic: { type: 'text', nullable: true, comment: 'of the event; null where the reading came over HTTP' },
    partition: { type: 'integer', nullable: true },
    offset: { type: 'bigint', nullable: true },
    event_time: { type: 'timestamptz', nullable: true },
  },
  uniques: [{ name: 'uq_sensor_data_origin', columns: ['topic', 'partition', 'offset', 'event_time'] }],
  indices: [
    { name: 'ix_sensor_data_sensor_id', columns: ['sensor_id', 'ts', 'id'] },
    // A BRIN index, of which an EntitySchema knows nothing.
    { name: 'ix_sensor_data_ts', columns: ['ts'], synchronize: false },
  ],
});
