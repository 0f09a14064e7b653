/** `host`, `sslmode`: what may be printed of a URL that holds a password. Anything else may be a part of that password. */
const PLAIN_NAME = /^[A-Za-z][A-Za-z_]{0,39}$/;

/** What a URL says besides where the server is. Each part is decoded. */
export interface UrlParts {
  readonly user: string;
  readonly password: string;
  /** What stands after the host's slash. */
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Takes a connection's URL apart. What it says and nobody would honour is a fault: it would go unnoticed otherwise.
 *
 * @param known the parameters that are honoured
 * @returns the parts, or what is wrong with them: each fault goes on after the setting's name, and shows no value
 */
export function takeUrlApart(url: URL, known: readonly string[]): UrlParts | { faults: string[] } {
  const faults: string[] = [];
  if (url.port === '0') faults.push('has the port 0: expected 1 to 65535');
  if (url.hash !== '')
    faults.push('has a part behind #: expected none (a # within a password is written %23)');
  // Of postgres://user:/secret@db/shop, the host would be `user`, and the password a part of the database's name.
  if (url.pathname.includes('@')) {
    faults.push(
      'has an @ behind a slash: expected %2F for a / within a password, and %40 for an @ behind it',
    );
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (!known.includes(name)) {
      const shown = PLAIN_NAME.test(name)
        ? `the parameter ${name}`
        : 'a parameter (hidden; a ? within a password is written %3F)';
      const allowed = known.length === 0 ? 'none' : `none but ${known.join(', ')}`;
      faults.push(`has ${shown}, which is not honoured: expected ${allowed}`);
    } else if (parameters.has(name)) {
      faults.push(`has the parameter ${name} more than once: expected it once`);
    }
    parameters.set(name, value);
  }
  const decoded = [url.username, url.password, url.pathname.slice(1)].map(decode);
  const [user, password, path] = decoded;
  if (user === undefined || password === undefined || path === undefined) {
    faults.push('has a % that begins no escape of UTF-8: expected %25 for a % itself');
  }
  return faults.length > 0
    ? { faults }
    : { user: user ?? '', password: password ?? '', path: path ?? '', parameters };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
