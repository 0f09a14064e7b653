import type { TestProject } from 'vitest/node';
import type { ProvidedServices, TierName } from './tiers.js';

/** A service that runs, and how it is stopped. One that was there already has nothing to stop. */
export interface StartedService<Service> {
  service: Service;
  stop?: () => Promise<void>;
}

interface SharedService {
  readonly starting: Promise<StartedService<unknown>>;
  users: number;
}

/**
 * Each vitest project loads its setup files anew, so a module's variable is one per project; the process has
 * one global object. Kafka takes half a gigabyte: two projects that use it share one broker.
 */
const KEY = Symbol.for('waybill.tier-services');
const holder = globalThis as typeof globalThis & { [KEY]?: Map<TierName, SharedService> };

/**
 * What the globalSetup of a tier does: starts its service, unless another project of this run has, and hands
 * it to the specs. A start that fails has the tier skipped, for that reason.
 *
 * @returns the teardown; the last project to tear down stops the service
 */
export async function setUpTier<Name extends TierName>(
  project: TestProject,
  name: Name,
  start: () => Promise<StartedService<ProvidedServices[Name]>>,
): Promise<() => Promise<void>> {
  const services = (holder[KEY] ??= new Map<TierName, SharedService>());
  const shared = services.get(name) ?? { starting: start(), users: 0 };
  services.set(name, shared);
  shared.users += 1;
  try {
    const { service } = await shared.starting;
    project.provide(name, service as ProvidedServices[Name] & { skipped: string });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    project.provide(name, { skipped: reason.trim().replace(/\s*\n\s*/g, '; ') });
    return async () => undefined;
  }
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    services.delete(name);
    await (await shared.starting).stop?.();
  };
}
