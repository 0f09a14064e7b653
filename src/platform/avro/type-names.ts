import type { AvroType } from './avro-types.js';

/**
 * Whether two named types are the same by name or alias, whatever their namespaces: a schema that moves to another package
 * is still the same one (Avro 1.11: "both schemas are records with the same (unqualified) name").
 */
export function haveSameName(reader: AvroType, writer: AvroType): boolean {
  const read = unqualified(reader.name);
  const written = unqualified(writer.name);
  if (read === undefined || written === undefined || read === written) return true;
  return namesIn(reader.aliases).includes(written) || namesIn(writer.aliases).includes(read);
}

function namesIn(aliases: readonly string[] = []): (string | undefined)[] {
  return aliases.map(unqualified);
}

function unqualified(name: string | undefined): string | undefined {
  return name?.split('.').at(-1);
}
