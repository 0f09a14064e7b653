import type { TestProject } from 'vitest/node';
import { shareService, type StartedService } from './shared-services.js';
import type { ProvidedServices, TierName } from './tiers.js';

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
  try {
    const { service, release } = await shareService(name, start);
    project.provide(name, service as ProvidedServices[Name] & { skipped: string });
    return release;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    project.provide(name, { skipped: reason.trim().replace(/\s*\n\s*/g, '; ') });
    return async () => undefined;
  }
}
