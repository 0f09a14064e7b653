/** One line of `/metrics`. */
export interface Sample {
  /** Of a histogram with `_bucket`, `_sum` or `_count` at its end. */
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What a program shows at `/metrics`, in Prometheus' text format. */
export interface Exposition {
  /** Names without `_bucket` and the like. */
  families: string[];
  samples: Sample[];
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Record<string, string> = { n: '\n' };

export function parseExposition(text: string): Exposition {
  const families = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!);
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (name === undefined) throw new Error(`no line of Prometheus' text format: ${line}`);
      const pairs = [...labels.matchAll(LABEL)].map(([, label, escaped]) => [
        label!,
        escaped!.replaceAll(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character),
      ]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
    });
  return { families, samples };
}

/** The name of the metric that a sample is part of. */
export function familyOf(sample: string, { families }: Exposition): string {
  const base = sample.replace(/_(bucket|sum|count)$/, '');
  return !families.includes(sample) && families.includes(base) ? base : sample;
}
