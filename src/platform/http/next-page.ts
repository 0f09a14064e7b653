/** The Link field (RFC 8288) of a page that another follows: the same request, from a cursor on. */
export function linkToNextPage(path: string, url: string, cursor: string): string {
  const next = new URLSearchParams(url.split('?')[1]);
  next.set('cursor', cursor);
  return `<${path}?${next.toString()}>; rel="next"`;
}
