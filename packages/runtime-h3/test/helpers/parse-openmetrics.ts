/**
 * Strict parser of OpenMetrics 1.0, by the ABNF and the rules of the specification. Independent of
 * the printer: it shares no code with it.
 *
 * @see https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */

export interface ParsedSample {
  name: string;
  labels: Record<string, string>;
  value: number;
  exemplar?: { labels: Record<string, string>; value: number; time: number | undefined };
}

export interface ParsedFamily {
  name: string;
  type: string;
  unit?: string;
  help?: string;
  samples: ParsedSample[];
}

const NAME = String.raw`[a-zA-Z_:][a-zA-Z0-9_:]*`;
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["n\\])*"`;
const LABELS = String.raw`\{(?:${LABEL}(?:,${LABEL})*)?\}`;
const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[iI]nf(?:inity)?)|NaN`;
const TIME = String.raw`[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?`;
const DESCRIPTOR = new RegExp(String.raw`^# (TYPE|UNIT|HELP) (${NAME}) (.*)$`);
const SAMPLE = new RegExp(
  String.raw`^(${NAME})(${LABELS})? (${NUMBER})(?: (${TIME}))?(?: # (${LABELS}) (${NUMBER})(?: (${TIME}))?)?$`,
);
/** Suffixes by type. */
const SUFFIXES: Record<string, string[]> = {
  gauge: [''],
  unknown: [''],
  counter: ['_total', '_created'],
  info: ['_info'],
  stateset: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  summary: ['', '_count', '_sum', '_created'],
};

/** Parses a document. @throws {Error} with the line that breaks a rule */
export function parseOpenMetrics(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith('# EOF\n')) throw new Error('The document does not end with # EOF.');
  const families = new Map<string, ParsedFamily>();
  let family: ParsedFamily | undefined;
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    if (line.startsWith('#')) {
      const [, keyword, name, value = ''] = DESCRIPTOR.exec(line) ?? fail('no descriptor');
      if (family === undefined || family.name !== name) {
        if (families.has(name!)) fail('families are interleaved');
        family = { name: name!, type: 'unknown', samples: [] };
        families.set(name!, family);
      }
      if (family.samples.length > 0) fail('a descriptor after samples');
      describe(family, keyword!, value, fail);
      continue;
    }
    const match = SAMPLE.exec(line) ?? fail('no sample');
    const [, name = '', labels, value, , exemplarLabels, exemplarValue, exemplarTime] = match;
    if (family === undefined) return fail('a sample without a family');
    const suffix = name.slice(family.name.length);
    if (!name.startsWith(family.name) || !SUFFIXES[family.type]?.includes(suffix))
      fail(`a sample that ${family.type} ${family.name} does not have`);
    const sample: ParsedSample = { name, labels: readLabels(labels, fail), value: Number(value) };
    if (exemplarLabels !== undefined) {
      if (suffix !== '_total' && suffix !== '_bucket') fail('an exemplar on another sample');
      const read = readLabels(exemplarLabels, fail);
      if (Object.entries(read).flat().join('').length > 128) fail('an exemplar that is too long');
      sample.exemplar = {
        labels: read,
        value: Number(exemplarValue),
        time: exemplarTime === undefined ? undefined : Number(exemplarTime),
      };
    }
    family.samples.push(sample);
  }
  for (const each of families.values()) checkFamily(each);
  return families;
}

type Fail = (why: string) => never;

function describe(family: ParsedFamily, keyword: string, value: string, fail: Fail): void {
  if (keyword === 'TYPE') {
    if (family.type !== 'unknown') fail('a second TYPE');
    if (!Object.hasOwn(SUFFIXES, value)) fail('an unknown type');
    family.type = value;
  } else if (keyword === 'UNIT') {
    if (family.unit !== undefined) fail('a second UNIT');
    if (value !== '' && !family.name.endsWith(`_${value}`)) fail('a name without its unit');
    family.unit = value;
  } else {
    if (family.help !== undefined) fail('a second HELP');
    if (/\\(?![\\n"])|(?<!\\)"/.test(value)) fail('text that is not escaped');
    family.help = value;
  }
}

function readLabels(text: string | undefined, fail: Fail): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of (text ?? '').matchAll(
    /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g,
  )) {
    if (Object.hasOwn(labels, name)) fail('a label twice');
    labels[name] = value.replaceAll(/\\(.)/g, (_, each: string) => (each === 'n' ? '\n' : each));
  }
  return labels;
}

function checkFamily(family: ParsedFamily): void {
  const seen = new Set<string>();
  for (const { name, labels } of family.samples) {
    const key = `${name}${JSON.stringify(Object.entries(labels).toSorted())}`;
    if (seen.has(key)) throw new Error(`a series twice: ${key}`);
    seen.add(key);
  }
  if (family.type === 'counter' && family.samples.some(({ value }) => !(value >= 0)))
    throw new Error(`a counter below 0: ${family.name}`);
  if (family.type === 'info' && family.samples.some(({ value }) => value !== 1))
    throw new Error(`an info that is not 1: ${family.name}`);
  if (family.type === 'histogram') checkHistogram(family);
}

function checkHistogram({ name, samples }: ParsedFamily): void {
  const points = new Map<string, ParsedSample[]>();
  let last = '';
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    if (key !== last && points.has(key)) throw new Error(`points of ${name} are interleaved`);
    last = key;
    points.set(key, [...(points.get(key) ?? []), sample]);
  }
  for (const [key, point] of points) {
    const buckets = point.filter((sample) => sample.name === `${name}_bucket`);
    let bound = -Infinity;
    let count = 0;
    for (const { labels, value, exemplar } of buckets) {
      const le = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
      if (!(le > bound) || value < count) throw new Error(`buckets of ${name} ${key} fall`);
      if (exemplar && !(exemplar.value >= bound && exemplar.value <= le))
        throw new Error(`an exemplar of ${name} ${key} outside of its bucket`);
      bound = le;
      count = value;
    }
    const total = point.find((sample) => sample.name === `${name}_count`)?.value;
    if (bound !== Infinity || total !== count) throw new Error(`${name} ${key} lacks +Inf`);
    if (!point.some((sample) => sample.name === `${name}_sum`))
      throw new Error(`${name} ${key} lacks its sum`);
  }
}
