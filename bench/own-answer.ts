import { get as getByHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getByHttps } from 'node:https';
import { text } from 'node:stream/consumers';

/**
 * GETs from a program or a reference of this run, by HTTP or HTTPS. What it shows by HTTPS is not checked: it is this run's own,
 * and no load checks it either.
 */
export function getOwn(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? getByHttps(url, { ...options, rejectUnauthorized: false })
        : getByHttp(url, options);
    request.once('error', reject);
    request.once('response', resolve);
  });
}

/** The status and the body of an answer. */
export async function answerOf(url: string, path: string): Promise<{ status: number; body: string }> {
  const response = await getOwn(new URL(path, url), { agent: false });
  return { status: response.statusCode!, body: await text(response) };
}
