import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import type { User } from '../model/user.js';

/** By the primary key, one id after the other, however many rows there were when it was planned. */
const FIND = prepared(`
  SELECT found.user_id, found.deeplink, found.promo_message
    FROM unnest($1::varchar[]) AS asked (user_id),
         LATERAL (SELECT * FROM promos.users WHERE users.user_id = asked.user_id LIMIT 1) AS found`);

@Injectable()
export class UserRepository {
  constructor(private readonly database: Database) {}

  /** Of some ids those users that are there, in any order. @throws what PostgreSQL or the network says */
  find(userIds: readonly string[]): Promise<User[]> {
    return this.database.source.query(FIND, [userIds]);
  }
}
