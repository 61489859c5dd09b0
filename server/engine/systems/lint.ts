import type { Chip, Figure } from '../chips/chip';
import type { Path } from '../json';
import type { ChipProblem } from '../chips/schemaCheck';
import { argsWith, problem } from '../problem';
import type { ArgsBut, ProblemCode } from '../problem';
import type { System } from './system';

/** Looks for what a schema cannot see: names that nothing has, or that several have; figures without a source. */
export function lintSystem(system: System, lookUp: (id: string) => Chip | undefined): ChipProblem[] {
  return [
    ...twice(system),
    ...system.devices.flatMap(({ chip }, at) =>
      lookUp(chip) ? [] : [fault('system.no-chip', ['devices', at, 'chip'], { chip })],
    ),
    ...unknownParts(system),
    ...system.links.flatMap((link, at) => tooMany(system, link, ['links', at])),
    ...unsourced(system, [], system.sources.length),
  ];
}

/** Devices, pools and links share one set of names, since links name both. */
function twice({ devices, pools, links }: System): ChipProblem[] {
  const seen = new Set<string>();
  const parts = [
    ...devices.map(({ id }, at) => ({ id, path: ['devices', at, 'id'] })),
    ...pools.map(({ id }, at) => ({ id, path: ['pools', at, 'id'] })),
    ...links.map(({ id }, at) => ({ id, path: ['links', at, 'id'] })),
  ];
  return parts.flatMap(({ id, path }) => {
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew ? [] : [fault('system.twice', path, { name: id })];
  });
}

function unknownParts({ devices, pools, links }: System): ChipProblem[] {
  const ofDevices = new Set(devices.map(({ id }) => id));
  const ofPools = new Set(pools.map(({ id }) => id));
  const named: { readonly name: string; readonly path: Path; readonly among: ReadonlySet<string> }[] = [];
  devices.forEach(({ pool }, at) => {
    if (pool !== undefined) named.push({ name: pool, path: ['devices', at, 'pool'], among: ofPools });
  });
  pools.forEach(({ sharedBy }, at) =>
    sharedBy.forEach((name, i) => named.push({ name, path: ['pools', at, 'sharedBy', i], among: ofDevices })),
  );
  const ofBoth = new Set([...ofDevices, ...ofPools]);
  links.forEach(({ between }, at) =>
    between.forEach((name, i) => named.push({ name, path: ['links', at, 'between', i], among: ofBoth })),
  );
  return named
    .filter(({ name, among }) => !among.has(name))
    .map(({ name, path, among }) => fault('system.no-part', path, { name, known: [...among].join(', ') }));
}

/** A link has no more members than there are devices at its ends, and a node no more of them; pools are no members. */
function tooMany({ devices }: System, link: System['links'][number], path: Path): ChipProblem[] {
  const most = devices
    .filter(({ id }) => link.between.includes(id))
    .reduce((sum, { count }) => sum + count, 0);
  const parts = [
    { members: link.members, most, path: [...path, 'members'] },
    { members: link.nodes?.devices ?? 0, most: link.members, path: [...path, 'nodes', 'devices'] },
  ];
  return parts.flatMap(({ path: at, ...of }) =>
    of.members > of.most ? [fault('system.too-many', at, of)] : [],
  );
}

/** Figures that name a source which the file does not have. */
function unsourced(value: unknown, path: Path, count: number): ChipProblem[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'value' in value ? (value as Partial<Figure>).sources : undefined;
  if (own) {
    return own.flatMap((index, i) =>
      index < count ? [] : [fault('system.no-source', [...path, 'sources', i], { index, count })],
    );
  }
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([name, item]) =>
    unsourced(item, [...path, Array.isArray(value) ? Number(name) : name], count),
  );
}

function fault<C extends ProblemCode>(code: C, path: Path, args: ArgsBut<C, 'field'>): ChipProblem {
  const all = argsWith<C, 'field'>({ field: path.join('.') }, args);
  return { ...problem('error', code, all), path, ofKey: false };
}
