import { chipById } from '../server/engine/chips/catalogue';
import type { Figure } from '../server/engine/chips/chip';
import { systems } from '../server/engine/systems/load';
import { phasesOf, ratedWatts } from '../server/engine/systems/ratings';
import { references, type Reference } from '../server/engine/systems/references';
import type { System } from '../server/engine/systems/system';
import { mark, si, table } from './pageParts';
import { systemFields } from './schemaFields';

const figure = (value: Figure | undefined, unit: string): string =>
  value ? si(value.value, unit) + mark(value) : 'unknown';

function row(system: System): string {
  const cells = [
    `\`${system.id}\``,
    system.name,
    system.nameKo ?? '–',
    system.place.join(', '),
    system.devices.map(({ chip, count }) => `${count} × ${chipById(chip)?.name ?? chip}`).join('; '),
    system.pools
      .map((pool) => {
        const { id, kind, sharedBy, capacityBytes, bandwidthBytesPerSecond } = pool;
        const size = `${figure(capacityBytes, 'B')}, ${figure(bandwidthBytesPerSecond, 'B/s')}`;
        return `${id} (${kind} of ${sharedBy.join(', ')}): ${size}`;
      })
      .join('; ') || '–',
    system.links
      .map((link) => {
        const { kind, topology, between, bytesPerSecondPerDirection: rate, nodes } = link;
        const adapters = nodes ? `, ${nodes.adapters} adapters of each node` : '';
        return `${kind} (${topology} of ${between.join(', ')}${adapters}): ${figure(rate, 'B/s')}`;
      })
      .join('; ') || '–',
    power(system),
    phasesOf(system, chipById).join(', '),
    system.purpose ?? '–',
    needs(system) || '–',
    system.notes.join(' ') || '–',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function power(system: System): string {
  const rated = ratedWatts(system, chipById);
  const stated = system.powerWatts;
  return [
    rated === null ? 'unknown' : si(rated, 'W'),
    ...(stated ? [`${figure(stated, 'W')} drawn`] : []),
  ].join('; ');
}

function needs({ needs: wanted = {} }: System): string {
  const { streams, deadlineSeconds, watts, learning, offline, privateInput } = wanted;
  const all = [
    streams ? `${streams.count} streams of ${figure(streams.perSecond, 'frames/s')}` : '',
    deadlineSeconds ? `a run within ${figure(deadlineSeconds, 's')}` : '',
    watts ? `at most ${figure(watts, 'W')}` : '',
    learning ? 'learning' : '',
    offline ? 'offline' : '',
    privateInput ? 'private input' : '',
  ];
  return all.filter((one) => one !== '').join(', ');
}

function referenceRow({ id, name, nameKo, watts, neurons, synapses, notes }: Reference): string {
  const numbers = [figure(watts, 'W'), si(neurons.value, ''), si(synapses.value, '')];
  return `| ${[`\`${id}\``, name, nameKo, ...numbers, notes.join(' ')].join(' | ')} |`;
}

/** The page of all systems; a test fails when the committed one is stale. */
export function systemsPage(): string {
  return [
    '# Systems',
    '',
    'Made from `server/engine/systems/catalogue/*.json` by `npm run systems:docs`: correct those files, not this page.',
    '',
    `${systems.length} systems: devices with the memories that they share and the links between them. A question mark means recalled and`,
    'still to be checked, a dash none; what is unknown says so. Rates of links are of one member in one direction. Each file names',
    'the source of every figure. `siliconlens systems [QUERY]` lists them, and the list of chips in the editor has them too: a system',
    'chooses its chips, accelerators first, and as host the processor that shares a memory or a link with the first of them.',
    '',
    ...table(
      [
        'id',
        'name',
        'in Korean',
        'place',
        'devices',
        'shared memory',
        'links',
        'rated power',
        'phase',
        'used for',
        'needs',
        'notes',
      ],
      systems.map(row),
    ),
    'Rated power is the sum of the limits of all chips. What a system needs of a chip are limits for `rank --needs ID` and',
    '`split --needs ID`.',
    '',
    '## For comparison only',
    '',
    'No model runs on these, and no option takes them for a target. `siliconlens systems brain` holds them against systems.',
    '',
    ...table(['id', 'name', 'in Korean', 'power', 'neurons', 'synapses', ''], references.map(referenceRow)),
    '## Adding a system',
    '',
    'A system of your own is a JSON file in `.siliconlens/systems/` of a workspace folder, with completion, hover and validation by',
    '`system.schema.json`. **Siliconlens: New System…** writes one as a copy of another; it takes effect when it is saved. A mistake is',
    'told at its line, and the system stays as it was before until the mistake is corrected. The command line reads the files too.',
    '',
    '```json',
    '{',
    '  "id": "my-server",',
    '  "name": "Our server",',
    '  "place": ["edge-server"],',
    '  "devices": [',
    '    { "id": "gpu", "chip": "nvidia-l4", "count": 2 },',
    '    { "id": "cpu", "chip": "intel-xeon-8480" }',
    '  ],',
    '  "links": [',
    '    { "id": "pcie", "kind": "PCIe 4.0 x16", "between": ["cpu", "gpu"], "topology": "tree", "members": 3,',
    '      "bytesPerSecondPerDirection": 31.5e9 }',
    '  ]',
    '}',
    '```',
    '',
    'Chips are those of the catalogue and of your own chip files. Plain numbers count as figures with basis `stated`. Ids are unique:',
    'none of the catalogue and none of another file. Files that are links out of the folder are not read.',
    '',
    '### Fields',
    '',
    ...systemFields(),
    '',
    'To add a system to the catalogue, put its file beside the others, run `npm run catalogues` and `npm run systems:docs`.',
    '',
  ].join('\n');
}
