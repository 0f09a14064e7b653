import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Service {
  image?: string;
  ports?: string[];
  environment?: Record<string, string | null>;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}

/** The services of `docker-compose.yml`. */
export function composeServices(): Record<string, Service> {
  const text = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}
