import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { User } from '../model/user.js';

const FIND = `SELECT user_id, deeplink, promo_message FROM promos.users WHERE user_id = ANY($1::varchar[])`;

@Injectable()
export class UserRepository {
  constructor(private readonly database: Database) {}

  /** Of some ids those users that are there, in any order. @throws what PostgreSQL or the network says */
  find(userIds: readonly string[]): Promise<User[]> {
    return this.database.source.query(FIND, [userIds]);
  }
}
