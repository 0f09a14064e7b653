import type { HeldOrders } from '../references/ready-orders.js';
import { Script } from '../script.js';

/** One of bench/references/ that serves orders from its memory. */
export interface ReferenceServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * @param core the only one that it may use, where processes can be kept to one
 * @throws Error when it ends without having listened
 */
export async function startReference(
  file: string,
  held: HeldOrders,
  core?: number,
): Promise<ReferenceServer> {
  const script = Script.start(`references/${file}`, held, core);
  const { url } = await script.said<{ url: string }>();
  return { url, stop: () => script.stop() };
}
