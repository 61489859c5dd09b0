import type { Catalogue } from '../engine/chips/catalogue';
import type { Chip, Figure } from '../engine/chips/chip';
import type { NewChipParams, NewChipResult } from '../protocol';

/** A new chip file: what it extends, and the figures that designers change first, as they are in that chip. */
export function newChip({ extends: base, name }: NewChipParams, catalogue: Catalogue): NewChipResult {
  const id = freeId(name, 'my-chip', (one) => catalogue.byId(one) !== undefined);
  const chip = catalogue.byId(base);
  return { id, text: chip ? chipText(id, name, chip) : null };
}

/**
 * Lower-case letters, digits and dashes of a name; with a number where another one has that id.
 * @param fallback for a name with no such letters
 */
export function freeId(name: string, fallback: string, isTaken: (id: string) => boolean): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[.-]+/, '')
    // Runs of dashes are one dash by now.
    .replace(/-$/, '');
  const id = plain || fallback;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? id : `${id}-${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}

function chipText(id: string, name: string, base: Chip): string {
  const memory = base.memory.map((level) => {
    const { capacityBytes, bandwidthBytesPerSecond } = level;
    const figures = fields({ capacityBytes, bandwidthBytesPerSecond });
    return `    { ${[`"name": ${JSON.stringify(level.name)}`, ...figures].join(', ')} }`;
  });
  const parts = [
    `"id": ${JSON.stringify(id)}`,
    `"extends": ${JSON.stringify(base.id)}`,
    `"name": ${JSON.stringify(name)}`,
    ...lines('peakOpsPerSecond', fields(base.peakOpsPerSecond)),
    ...(memory.length > 0 ? [`"memory": [\n${memory.join(',\n')}\n  ]`] : []),
    ...object('power', fields({ tdpWatts: base.power.tdpWatts })),
  ];
  return `{\n${parts.map((part) => `  ${part}`).join(',\n')}\n}\n`;
}

/** One figure on each line: a chip has many peaks. */
function lines(name: string, inside: readonly string[]): string[] {
  return inside.length > 0 ? [`"${name}": {\n${inside.map((field) => `    ${field}`).join(',\n')}\n  }`] : [];
}

function object(name: string, inside: readonly string[]): string[] {
  return inside.length > 0 ? [`"${name}": { ${inside.join(', ')} }`] : [];
}

function fields(figures: Readonly<Record<string, Figure | undefined>>): string[] {
  return Object.entries(figures).flatMap(([name, figure]) =>
    figure ? [`${JSON.stringify(name)}: ${engineering(figure.value)}`] : [],
  );
}

/** `989.4e12` rather than `989400000000000`: the prefix of the unit can be read from it. */
function engineering(value: number): string {
  const exponent = value > 0 ? Math.min(12, Math.floor(Math.log10(value) / 3) * 3) : 0;
  if (exponent < 6) return String(value);
  const short = `${Number((value / 10 ** exponent).toPrecision(6))}e${exponent}`;
  // Sizes in powers of two have more digits; they are worth more than brevity.
  return Number(short) === value ? short : String(value);
}
