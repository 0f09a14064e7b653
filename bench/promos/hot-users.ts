import type { Progress } from '../../src/platform/progress.js';
import { etagOf } from '../../src/promos/model/user-etag.js';
import { putLoad } from '../load.js';
import { CONNECTIONS } from '../load/load-options.js';
import { LOAD_CORE, SERVER_CORE } from '../pinning.js';
import { measureRow } from '../read/hot.js';
import type { Figures } from '../read/figures.js';
import type { HotRow } from '../read/hot-rows.js';
import { withPinnedProgram } from '../read/pinned-program.js';
import { startReady } from '../ready-program.js';
import { startReference } from '../reference-server.js';
import { benchUser, lookUpOf, USERS_ROUTE } from './bench-users.js';

const RAW = 'raw node:http';

export interface HotUsersOptions {
  /** Of the program. */
  readonly settings: Readonly<Record<string, string>>;
  /** How many of the first ones are asked for. */
  readonly users: number;
  readonly rounds: number;
  /** How long each of them is under load, each time. */
  readonly seconds: number;
}

/** Measures look-ups of users that memory holds, beside raw node:http. @returns what was wrong */
export async function measureHotUsers(
  { settings, users, rounds, seconds }: HotUsersOptions,
  figures: Figures,
  progress: Progress,
): Promise<string[]> {
  const rows = hotRows(users);
  const raw = await startReference('raw-users.ts', { users }, SERVER_CORE);
  try {
    return await withPinnedProgram(settings, async (waybill) => {
      const faults: string[] = [];
      await askForAll(waybill, users);
      for (let round = 1; round <= rounds; round++) {
        const title = `promos, from memory, round ${round} of ${rounds}`;
        let turn = 0;
        progress.start(title);
        const onTurn = (): void => progress.show(++turn, rows.length * 2);
        for (const row of rows) {
          const wrong = await measureRow(row, { [RAW]: raw.url, waybill }, seconds, figures, onTurn);
          faults.push(...wrong.map((fault) => `${title}, ${row.name}, ${fault}`));
        }
        progress.finish();
      }
      return faults;
    });
  } finally {
    await raw.stop();
  }
}

/** Measures two processes, one on each core, each under a load of its own on whichever core has time. */
export async function measureTwoPrograms(
  { settings, users, rounds, seconds }: HotUsersOptions,
  figures: Figures,
  progress: Progress,
): Promise<string[]> {
  const programs = [await startReady(settings, SERVER_CORE), await startReady(settings, LOAD_CORE)];
  const requests = requestsFor(users);
  const faults: string[] = [];
  try {
    for (const { url } of programs) await askForAll(url, users);
    for (let round = 1; round <= rounds; round++) {
      const title = `promos, two processes, round ${round} of ${rounds}`;
      progress.start(title);
      const results = await Promise.all(
        programs.map(({ url }) =>
          putLoad({ url, method: 'GET', connections: CONNECTIONS / 2, requests, until: { seconds } }),
        ),
      );
      progress.finish();
      const sum = results.reduce((total, { answersPerSecond }) => total + answersPerSecond, 0);
      figures.add('hot GET: two processes of waybill', 'requests/s', sum);
      for (const { refused, errors } of results) {
        if (refused > 0) faults.push(`${title}: ${refused} answers of 400 and more, expected 0`);
        if (errors > 0) faults.push(`${title}: ${errors} requests without an answer`);
      }
    }
  } finally {
    for (const { program } of programs) await program.stop();
  }
  return faults;
}

const requestsFor = (users: number): { path: string }[] =>
  Array.from({ length: users }, (_, number) => lookUpOf(benchUser(number).user_id));

/** From then on memory holds them. */
async function askForAll(url: string, users: number): Promise<void> {
  const requests = requestsFor(users);
  for (let time = 0; time < 2; time++) {
    await putLoad({ url, method: 'GET', connections: CONNECTIONS, requests, until: { answers: users } });
  }
}

function hotRows(users: number): HotRow[] {
  const held = Array.from({ length: users }, (_, number) => benchUser(number));
  return [
    {
      name: 'hot GET',
      route: USERS_ROUTE,
      requests: requestsFor(users),
      status: 200,
      references: [RAW],
    },
    {
      name: 'not modified',
      route: USERS_ROUTE,
      requests: held.map((user) => ({
        ...lookUpOf(user.user_id),
        headers: { 'if-none-match': etagOf(user) },
      })),
      status: 304,
      references: [RAW],
    },
  ];
}
