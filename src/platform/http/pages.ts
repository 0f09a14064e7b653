/** The Link field (RFC 8288) of a page that another follows: the same request, from a cursor on. */
export function linkToNextPage(path: string, url: string, cursor: string): string {
  const query = url.indexOf('?');
  const next = new URLSearchParams(query === -1 ? '' : url.slice(query + 1));
  next.set('cursor', cursor);
  return `<${path}?${next.toString()}>; rel="next"`;
}
