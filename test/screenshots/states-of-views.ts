import { loaded, type Sight } from './camera.js';

export const VIEWS: readonly (readonly [name: string, path: string])[] = [
  ['start', '/'],
  ['list', '/orders'],
  ['live', '/live'],
  ['trouble', '/trouble'],
  ['stock', '/stock'],
  ['demo', '/demo'],
];

/** How much faster than it is a server is found slow: nobody waits for a picture of that. */
const HASTE = 20;

/** Questions to the API, and not the module of that name. */
const isOfApi = ({ pathname }: URL): boolean => pathname.startsWith('/api/');
const begins =
  (path: string) =>
  ({ pathname }: URL): boolean =>
    pathname.startsWith(path);

/** A view while no answer comes. */
export const loading = (name: string, path: string): Sight => ({
  name: `${name}-loading`,
  reach: async (page) => {
    await page.route(isOfApi, () => undefined);
    await page.goto(path);
    await page.locator('.loading').first().waitFor();
  },
});

/** The same view where nobody answers. */
export const away = (name: string, path: string): Sight => ({
  name: `${name}-away`,
  reach: async (page) => {
    await page.route(isOfApi, (route) => route.abort('connectionrefused'));
    await page.goto(path);
    await page.getByRole('alert').first().waitFor();
    await loaded(page);
  },
});

/** The same view where it is not for this reader. @param route of what they may not see */
export const notAllowed = (name: string, path: string, route: string): Sight => ({
  name: `${name}-not-allowed`,
  reach: async (page) => {
    const problem = {
      title: 'Forbidden',
      status: 403,
      detail: 'this is for those who look after the program',
    };
    await page.route(begins(route), (one) =>
      one.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    );
    await page.goto(path);
    await page.getByRole('alert').first().waitFor();
    await loaded(page);
  },
});

/** The same view where an answer takes too long. @param route of what is not answered */
export const slow = (name: string, path: string, route: string): Sight => ({
  name: `${name}-slow`,
  reach: async (page) => {
    await page.addInitScript(
      `{ const timeout = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = (ms) => timeout(ms / ${HASTE}); }`,
    );
    await page.route(begins(route), () => undefined);
    await page.goto(path);
    await page.getByRole('alert').first().waitFor();
    await loaded(page);
  },
});
