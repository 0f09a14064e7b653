import { Script } from './script.js';

/** One of bench/references/ that serves orders over HTTP, in a process of its own. */
export interface ReferenceServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * @param options what it is started with
 * @param core the only one that it may use, where processes can be kept to one
 * @throws Error when it ends without having listened
 */
export async function startReference(file: string, options: object, core?: number): Promise<ReferenceServer> {
  const script = Script.start(`references/${file}`, options, core);
  const { url } = await script.said<{ url: string }>();
  return { url, pid: script.pid, stop: () => script.stop() };
}
