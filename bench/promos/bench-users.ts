import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import type { User } from '../../src/promos/model/user.js';
import { onServer } from '../database.js';

/** What the program has to be told to be for promos alone. */
export const PROMOS_ALONE = { CONTEXTS: 'promos' };

/** As Fastify has it. */
export const USERS_ROUTE = '/v1/users';

const DIGITS = 7;
const ROWS_A_STATEMENT = 50_000;

export const userIdOf = (number: number): string => `user-${String(number).padStart(DIGITS, '0')}`;

export const lookUpOf = (userId: string): { path: string } => ({ path: `${USERS_ROUTE}?user_id=${userId}` });

/** The same number always gives the same user, whose texts are as long as any other's. */
export function benchUser(number: number): User {
  const digits = String(number).padStart(DIGITS, '0');
  return {
    user_id: userIdOf(number),
    deeplink: `https://shop.example/promo?campaign=spring&user=${digits}`,
    promo_message: `Nur heute: 20 % für dich, No. ${digits}`,
  };
}

export async function storeUsers(connection: ConnectionSettings, count: number): Promise<void> {
  await onServer(connection, async (client) => {
    for (let first = 0; first < count; first += ROWS_A_STATEMENT) {
      const some = Array.from({ length: Math.min(ROWS_A_STATEMENT, count - first) }, (_, index) =>
        benchUser(first + index),
      );
      await client.query(
        'INSERT INTO promos.users SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
        [
          some.map(({ user_id }) => user_id),
          some.map(({ deeplink }) => deeplink),
          some.map(({ promo_message }) => promo_message),
        ],
      );
    }
    await client.query('ANALYZE promos.users');
  });
}
