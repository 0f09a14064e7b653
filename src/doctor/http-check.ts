import { X509Certificate } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createServer } from 'node:net';
import type { Check, Findings } from '../platform/checks/check.js';
import type { Environment } from '../platform/config/environment.js';
import { serverTlsFiles } from '../platform/config/server-tls.js';
import { writtenName } from '../platform/config/setting-sources.js';
import { joinHostAndPort } from '../platform/host-and-port.js';
import { ServerCertificate } from '../platform/http/server-certificate.js';
import { createLogger } from '../platform/logging/logger.js';

const ANSWER_LIMIT_MS = 2_000;

/** Where the page and the API are served. */
export function httpCheck(environment: Environment): Check {
  return {
    subject: 'http',
    async run(findings) {
      await lookAtPort(environment, findings);
      const files = serverTlsFiles(environment);
      if (files === undefined) return;
      const shown = new ServerCertificate(files, createLogger('silent'));
      const { subjectAltName, validTo } = new X509Certificate(shown.options.cert);
      const { detail } = shown.state();
      if (detail === undefined) {
        findings.ok(
          `the certificate of ${files.cert.setting} is for ${subjectAltName ?? 'no name'}, until ${validTo}`,
        );
      } else if (Date.parse(validTo) < Date.now()) findings.fail(detail);
      else findings.warn(detail);
    },
  };
}

async function lookAtPort(environment: Environment, findings: Findings): Promise<void> {
  const { SERVER_HOST: host, SERVER_PORT: port } = environment;
  const place = joinHostAndPort({ host, port });
  const address = writtenName(environment, 'SERVER_HOST');
  const setting = writtenName(environment, 'SERVER_PORT');
  const code = await whyTaken(host, port);
  if (code === undefined) return findings.ok(`${place}: it is free to be listened on`);
  if (code !== 'EADDRINUSE') {
    return findings.fail(`${place} cannot be listened on (${code}): check ${address} and ${setting}`);
  }
  if (await isWaybill(environment)) return findings.ok(`${place}: a program of ours listens there already`);
  findings.fail(`${place} is taken by another program: end that, or change ${setting}`);
}

/** What keeps us from listening; undefined where nothing does. */
function whyTaken(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'));
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}

/** Whoever answers as the program does to the question whether it is alive. */
function isWaybill({ SERVER_HOST, SERVER_PORT, SERVER_TLS_CERT }: Environment): Promise<boolean> {
  const anyAddress = { '0.0.0.0': '127.0.0.1', '::': '::1' }[SERVER_HOST];
  const options = {
    host: anyAddress ?? SERVER_HOST,
    port: SERVER_PORT,
    path: '/health/live',
    timeout: ANSWER_LIMIT_MS,
    // It is asked what it is, and told nothing.
    rejectUnauthorized: false,
  };
  return new Promise((resolve) => {
    const request = SERVER_TLS_CERT === undefined ? requestHttp(options) : requestHttps(options);
    const limit = setTimeout(() => request.destroy(new Error('no answer')), ANSWER_LIMIT_MS);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk.slice(0, 10_000)));
      response
        .on('error', () => resolve(false))
        .on('end', () => resolve(/^\{"status":"(up|down)","parts":/.test(body)));
    });
    request.on('error', () => resolve(false)).on('close', () => clearTimeout(limit));
    request.end();
  });
}
