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
 * one global object.
 */
const KEY = Symbol.for('waybill.shared-services');
const holder = globalThis as typeof globalThis & { [KEY]?: Map<string, SharedService> };

/**
 * The service of this name, which is started unless another project of this run has started it. Kafka takes half a
 * gigabyte, and a PostgreSQL some seconds: all projects that use one share it.
 *
 * @returns it, and what its user calls at the end; the last one to do so stops it
 */
export async function shareService<Service>(
  name: string,
  start: () => Promise<StartedService<Service>>,
): Promise<{ service: Service; release: () => Promise<void> }> {
  const services = (holder[KEY] ??= new Map<string, SharedService>());
  const shared = services.get(name) ?? { starting: start(), users: 0 };
  services.set(name, shared);
  shared.users += 1;
  const { service, stop } = (await shared.starting) as StartedService<Service>;
  return {
    service,
    async release() {
      shared.users -= 1;
      if (shared.users > 0) return;
      services.delete(name);
      await stop?.();
    },
  };
}
