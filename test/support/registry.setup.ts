import type { TestProject } from 'vitest/node';
import { startSchemaRegistry } from '../../scripts/schema-registry.js';
import { setUpTier } from './tier-setup.js';

/** The registry tier: the one that TEST_REGISTRY_URL names, or a registry of this run's own with nothing in it. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return setUpTier(project, 'registry', async () => {
    const url = process.env.TEST_REGISTRY_URL;
    if (url) return { service: { url } };
    const registry = await startSchemaRegistry({ log: (line) => process.stdout.write(`${line}\n`) });
    return { service: { url: registry.url }, stop: () => registry.stop() };
  });
}
