import { EntitySchema } from 'typeorm';
import type { User } from '../model/user.js';

export const UserEntity = new EntitySchema<User>({
  name: 'promo_user',
  schema: 'promos',
  tableName: 'users',
  columns: {
    user_id: { type: 'varchar', length: 20, primary: true, primaryKeyConstraintName: 'pk_users' },
    deeplink: { type: 'text', default: '' },
    promo_message: { type: 'text', default: '' },
  },
});
