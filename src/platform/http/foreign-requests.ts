import { Injectable } from '@nestjs/common';
import type { IncomingMessage, Server } from 'node:http';
import { Counter, register } from 'prom-client';
import { Environment } from '../config/environment.js';
import { sendAnswerDirectly } from './answer.js';
import { OwnHosts } from './own-hosts.js';
import { problemAnswer } from './problem-answer.js';
import { ProblemError } from './problem.js';
import { beforeRequests } from './request-gate.js';
import { type AskedFor, askedFor, trustOf, type TrustsProxy } from './trusted-proxies.js';

const SLASH = 47;
/** Safe methods (RFC 9110, section 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that a foreign page makes a browser send: those for a host that is none of ours (DNS rebinding), and
 * unsafe ones from another origin (CSRF). The second is the rule of Go's `http.CrossOriginProtection`:
 * browsers say in `Sec-Fetch-Site` where a request comes from, older ones in `Origin`; who says neither is no browser.
 */
@Injectable()
export class ForeignRequests {
  private readonly ownHosts: OwnHosts;
  private readonly trustsProxy: TrustsProxy | undefined;
  private readonly trustedOrigins: ReadonlySet<string>;
  private readonly refused: Counter<'reason'>;

  constructor(environment: Environment) {
    const { ALLOWED_HOSTS, SERVER_HOST, TRUSTED_ORIGINS } = environment;
    this.trustsProxy = trustOf(environment);
    this.ownHosts = new OwnHosts([...(ALLOWED_HOSTS ?? []), SERVER_HOST]);
    this.trustedOrigins = new Set((TRUSTED_ORIGINS ?? []).map((origin) => origin.toLowerCase()));
    const name = 'waybill_http_foreign_requests_total';
    register.removeSingleMetric(name);
    this.refused = new Counter({
      name,
      help: 'Requests refused because their Host is not one of ours, or their Origin is another site. Look when it rises after a change of proxy or DNS name',
      labelNames: ['reason'],
    });
    for (const reason of ['host', 'origin']) this.refused.inc({ reason }, 0);
  }

  goBefore(server: Server): void {
    beforeRequests(server, (request, response) => {
      const problem = this.problemOf(request);
      if (problem === undefined) return false;
      this.refused.inc({ reason: problem.status === 421 ? 'host' : 'origin' });
      sendAnswerDirectly(response, problemAnswer(problem, request.url!));
      return true;
    });
  }

  /** The answer to a request that is refused. */
  private problemOf(request: IncomingMessage): ProblemError | undefined {
    const asked = askedFor(request, this.trustsProxy);
    const { host } = asked;
    // HTTP/1.0 need not have one, and no browser sends that.
    if (host !== undefined && !this.ownHosts.include(host)) return misdirected();
    // Many a proxy passes X-Forwarded-Host on as a client, and so a foreign page, has written it, and Host as well.
    const received = request.headers.host;
    if (received !== undefined && received !== host && this.ownHosts.couldBeRebound(received))
      return misdirected();
    // A target that is a whole URL counts instead of Host (RFC 9112, section 3.2.2).
    const url = request.url!;
    if (url.charCodeAt(0) !== SLASH && !this.isOwnTarget(url)) return misdirected();
    if (SAFE_METHODS.has(request.method!) || this.isFromOurPage(request, asked)) return undefined;
    return new ProblemError(
      403,
      'a page of another origin must not change anything here; TRUSTED_ORIGINS names those that may',
    );
  }

  private isOwnTarget(target: string): boolean {
    const [, authority] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(target) ?? [];
    return authority === undefined || this.ownHosts.include(authority);
  }

  private isFromOurPage({ headers }: IncomingMessage, asked: AskedFor): boolean {
    const site = headers['sec-fetch-site'];
    if (site === 'same-origin' || site === 'none') return true;
    const { origin } = headers;
    if (origin === undefined) return site === undefined || site === '';
    if (this.trustedOrigins.has(origin.toLowerCase())) return true;
    return (site === undefined || site === '') && isOriginOf(asked, origin);
  }
}

function isOriginOf({ host, protocol }: AskedFor, origin: string): boolean {
  const [, scheme, authority] = /^(https?):\/\/([^/]+)$/.exec(origin.toLowerCase()) ?? [];
  return authority !== undefined && authority === host?.toLowerCase() && scheme === (protocol ?? scheme);
}

function misdirected(): ProblemError {
  return new ProblemError(421, 'this server is not the one that Host names; ALLOWED_HOSTS says which may be');
}
