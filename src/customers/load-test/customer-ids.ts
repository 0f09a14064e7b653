const PAGE_IDS = 1_000;
const NEXT = /<([^>]*)>; *rel="next"/;

/** Some of the ids that there are, the first ones. @param url of the list. @throws Error when it does not answer with one */
export async function someIds(url: string, most: number): Promise<string[]> {
  const ids: string[] = [];
  let page: string | undefined = `${url}?limit=${Math.min(PAGE_IDS, most)}`;
  while (page !== undefined && ids.length < most) {
    const answer: Response = await fetch(page).catch(unreachable);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 200)}`);
    ids.push(...(JSON.parse(text) as string[]));
    const next: string | undefined = NEXT.exec(answer.headers.get('link') ?? '')?.[1];
    page = next === undefined ? undefined : new URL(next, page).href;
  }
  return ids.slice(0, most);
}

/** What fetch says is only that it failed. */
function unreachable(error: Error): never {
  const { message, code } = (error.cause ?? error) as NodeJS.ErrnoException;
  throw new Error(`the program cannot be reached: ${message || code}`, { cause: error });
}
