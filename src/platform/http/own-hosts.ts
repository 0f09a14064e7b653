import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { hostname } from 'node:os';

/** A name of RFC 9110's `Host`, without user information: an address in brackets or a name, and perhaps a port. */
const AUTHORITY = /^(?:\[([\d.:a-f]+)\]|([^\s:/?#@[\]]+))(?::\d*)?$/i;
/** One label, and perhaps a port. */
const UNQUALIFIED = /^[a-z\d_-]{1,63}(?::\d*)?$/i;
const MAX_HOST_CHARACTERS = 512;
/** Bounds the memo of checked names: callers use the same few, and invented ones must not fill the memory. */
const MAX_REMEMBERED = 1_000;

/**
 * The host names that requests may be for. With DNS rebinding a foreign page points its own name at this server, and the
 * browser takes the server for the page's origin; `Host` still holds the foreign name. IP addresses cannot be rebound.
 */
export class OwnHosts {
  private readonly names: ReadonlySet<string>;
  private readonly domains: readonly string[];
  private readonly takesAll: boolean;
  private readonly remembered = new Set<string>();

  /** @param allowed names; `.example.com` and `*.example.com` are that domain and all below it, `*` is any name */
  constructor(allowed: readonly string[], machine = machineNames()) {
    const patterns = allowed.map((name) => name.toLowerCase().replace(/^\*\./, '.'));
    this.takesAll = patterns.includes('*');
    this.domains = ['.localhost', ...patterns.filter((pattern) => pattern.startsWith('.'))];
    this.names = new Set([...machine, ...patterns].map((name) => name.toLowerCase()));
  }

  /** @param host the field `Host`, or the authority of a URL */
  include(host: string): boolean {
    if (this.remembered.has(host)) return true;
    if (host.length > MAX_HOST_CHARACTERS || !this.judge(host)) return false;
    if (this.remembered.size < MAX_REMEMBERED) this.remembered.add(host);
    return true;
  }

  /**
   * Whether the page of a browser may be of this host, and the host none of ours. A name without a domain, such as that of an
   * upstream, is found in no DNS that a stranger could change.
   */
  couldBeRebound(host: string): boolean {
    return !UNQUALIFIED.test(host) && !this.include(host);
  }

  private judge(host: string): boolean {
    const [, address, name] = AUTHORITY.exec(host) ?? [];
    if (address !== undefined) return isIPv6(address);
    if (name === undefined) return false;
    if (this.takesAll) return true;
    // A name may end with the dot of the DNS root.
    const plain = name.toLowerCase().replace(/\.$/, '');
    if (isIPv4(plain) || this.names.has(plain)) return true;
    return this.domains.some((domain) => `.${plain}`.endsWith(domain));
  }
}

/** What this machine is called, alone and in the domains that its resolver looks in. */
function machineNames(): string[] {
  const name = hostname();
  const short = name.split('.', 1)[0]!;
  return [name, short, ...searchDomains().map((domain) => `${short}.${domain}`)];
}

function searchDomains(): string[] {
  try {
    const settings = readFileSync('/etc/resolv.conf', 'utf8');
    return [...settings.matchAll(/^\s*(?:search|domain)\s+(.*)$/gm)].flatMap(([, domains]) =>
      domains!.trim().split(/\s+/),
    );
  } catch {
    return [];
  }
}
