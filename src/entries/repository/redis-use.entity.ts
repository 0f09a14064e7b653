import { EntitySchema } from 'typeorm';

/** What the keys in Redis begin with now, and the server that they stand in. One row. */
export interface RedisEpochRow {
  id: boolean;
  epoch: number;
  run_id: string | null;
  is_left: boolean;
}

export const RedisEpochEntity = new EntitySchema<RedisEpochRow>({
  name: 'redis_epoch',
  schema: 'entries',
  tableName: 'redis_epoch',
  columns: {
    id: { type: 'boolean', primary: true, primaryKeyConstraintName: 'pk_redis_epoch', default: true },
    epoch: { type: 'bigint' },
    run_id: { type: 'text', nullable: true, comment: 'of the server that answered last' },
    is_left: {
      type: 'boolean',
      default: false,
      comment: 'values stand there of processes that have stopped',
    },
  },
});

/** A process that uses Redis. Its listening connection holds an advisory lock of its id. */
export interface RedisUserRow {
  id: number;
}

export const RedisUserEntity = new EntitySchema<RedisUserRow>({
  name: 'redis_user',
  schema: 'entries',
  tableName: 'redis_users',
  columns: {
    id: {
      type: 'integer',
      primary: true,
      primaryKeyConstraintName: 'pk_redis_users',
      generated: 'increment',
    },
  },
});
