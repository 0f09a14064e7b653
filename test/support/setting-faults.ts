import { ConfigurationError } from '../../src/platform/config/configuration.error.js';

/** What is wrong with settings that are loaded; nothing where they are taken. */
export function faultsOfLoading(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}
