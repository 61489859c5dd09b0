import { changeDetector } from '../../changeDetector';
import { readdirSync, readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { chipsPage } from '../../../scripts/chipsPage';
import { catalogues, indexSource } from '../../../scripts/catalogueIndexSource';
import { chipById, chips } from '../../../server/engine/chips/catalogue';
import { findChips, isCalled, isNamed, searchChips } from '../../../server/engine/chips/search';
import { type Chip, type Figure, mainMemory } from '../../../server/engine/chips/chip';
import schema from '../../../server/engine/chips/chip.schema.json';
import energyPerOperation from '../../../server/engine/chips/technologies/energyPerOperation.json';
import interconnects from '../../../server/engine/chips/technologies/interconnects.json';
import memoryTechnologies from '../../../server/engine/chips/technologies/memoryTechnologies.json';

const folder = 'server/engine/chips/catalogue';
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

describe('catalogue', () => {
  it.each(catalogues)('has a current index: $folder', (one) => {
    expect(readFileSync(`${one.folder}/index.ts`, 'utf8')).toBe(indexSource(one, readdirSync(one.folder)));
  });

  it('holds 196 chips, each in the file of its id and valid against the schema', () => {
    // In the catalogue every figure has its sources: plain numbers are for users.
    const figure = { $ref: '#/definitions/fullFigure' };
    // Its files are read as they are: what the type calls certain must be there.
    const withDefault = Object.entries(schema.properties).filter(([, field]) => 'default' in field);
    const names = withDefault.map(([name]) => name);
    const required = [...new Set([...schema.required, ...schema.else.required, ...names])];
    const strict = { ...schema, required, definitions: { ...schema.definitions, figure } };
    const validate = new Ajv({ strict: false }).compile(strict);
    expect(chips).toHaveLength(196);
    expect(readFileSync('README.md', 'utf8')).toContain(`**${chips.length} chips of every class**`);
    expect(readFileSync('CHANGELOG.md', 'utf8')).toContain(`- ${chips.length} chips, and`);
    for (const file of files) {
      const chip: unknown = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
      expect(validate(chip), `${file}: ${JSON.stringify(validate.errors)}`).toBe(true);
      expect((chip as { id: string }).id).toBe(file.replace('.json', ''));
    }
  });

  it('keeps figures of the vendor: H100 at 989.4 dense bf16 TFLOP/s, 3.352 TB/s, 84.9e9 bytes by the driver', () => {
    const chip = chipById('nvidia-h100-sxm')!;
    expect(chip.peakOpsPerSecond['bf16']!.value).toBe(989.4e12);
    expect(mainMemory(chip)?.bandwidthBytesPerSecond?.value).toBe(3.352e12);
    expect(mainMemory(chip)?.capacityBytes?.value).toBe(84942979072);
    expect(mainMemory(chip)?.marketedBytes?.value).toBe(80e9);
  });

  it('states CPU peaks at the all-core clock with the clock that holds beside it', () => {
    const chip = chipById('intel-xeon-8480')!;
    // 56 cores x 2 FMA x 16 lanes x 2 operations x 3.0 GHz
    expect(chip.peakOpsPerSecond['fp32']!.value).toBeCloseTo(56 * 2 * 16 * 2 * 3e9, -9);
    expect(chip.sustainedClockHz?.value).toBe(2e9);
  });
});

changeDetector('pages made from it', () => {
  it('are current', () => {
    expect(readFileSync('docs/chips.md', 'utf8')).toBe(chipsPage());
  });
});

describe('technologies beside the chips', () => {
  it.each([
    ['memory technologies', memoryTechnologies, 12],
    ['interconnects', interconnects, 22],
    ['energies per operation', energyPerOperation, 16],
  ])('%s: each figure has its sources', (_name, list, count) => {
    expect(list).toHaveLength(count);
    for (const entry of list as unknown as { id: string; sources: { title: string }[] }[]) {
      const figures = Object.entries(entry).filter(
        ([, value]) => typeof value === 'object' && value !== null && 'value' in value,
      ) as unknown as [string, Figure][];
      expect(figures.length, entry.id).toBeGreaterThan(0);
      for (const [name, { sources, basis }] of figures) {
        expect(sources.length, `${entry.id} ${name}`).toBeGreaterThan(0);
        for (const index of sources) expect(entry.sources[index]?.title, `${entry.id} ${name}`).toBeTruthy();
        expect(['read', 'recalled', 'estimated', 'measured']).toContain(basis);
      }
    }
  });
});

describe('finding chips', () => {
  it.each([
    ['nvidia-h100-sxm', 'nvidia-h100-sxm'],
    ['H100', 'nvidia-h100-sxm'],
    ['NVIDIA H100', 'nvidia-h100-sxm'],
    ['엔비디아 H100', 'nvidia-h100-sxm'],
    ['Nvidal H100', 'nvidia-h100-sxm'],
    ['TPU', 'google-tpu-v1'],
    ['Tensor Flow Processor', 'google-tpu-v1'],
    ['Edge TPU', 'google-coral-edge-tpu'],
    ['엣지 TPU', 'google-coral-edge-tpu'],
    ['컨룬', 'baidu-kunlun1'],
    ['컨를', 'baidu-kunlun1'],
    ['쿤룬', 'baidu-kunlun1'],
    ['Movudius', 'intel-movidius-myriad-x'],
    ['Movidus', 'intel-movidius-myriad-x'],
    ['빛800', 'alibaba-hanguang-800'],
    ['Hangunag 800', 'alibaba-hanguang-800'],
    ['NEURO SHELD', 'generalvision-nepes-nm500'],
    ['사파이어 래피즈', 'intel-xeon-8480'],
    ['뉴럴 엔진', 'apple-m4-ane'],
    ['하일로', 'hailo-8'],
    ['그래프코어', 'graphcore-ipu-gc200'],
    ['젯슨 오린', 'nvidia-jetson-agx-orin-64gb'],
    ['blakwell', 'nvidia-b200'],
    ['리벨리온', 'rebellions-atom'],
  ])('%s finds %s', (query, id) => {
    expect(findChips(query).map((chip) => chip.id)).toContain(id);
  });

  it('finds every chip by its id, its name and each of its aliases, also after its vendor', () => {
    const lost = chips.flatMap((chip) =>
      [chip.id, chip.name, ...chip.aliases]
        .flatMap((name) => [name, `${chip.vendor} ${name}`])
        .filter((name) => !findChips(name).includes(chip))
        .map((name) => `${chip.id}: ${name}`),
    );
    expect(lost).toEqual([]);
  });

  // Words that circulate in documents as misprints, in misread scans or as another transcription.
  it.each([
    ['컨룬', ['baidu-kunlun1']],
    ['컨를', ['baidu-kunlun1']],
    ['Movudius', ['intel-movidius-myriad-x']],
    ['NEURO SHELD', ['generalvision-nepes-nm500']],
    ['빛800', ['alibaba-hanguang-800']],
    ['빛 800', ['alibaba-hanguang-800']],
    ['Tensor Flow Processor', ['google-tpu-v1']],
    ['허버나', ['intel-habana-gaudi1', 'intel-habana-goya']],
    ['한무기 270', ['cambricon-mlu290-m5', 'cambricon-mlu370-x8']],
    ['寒武紀', ['cambricon-mlu290-m5', 'cambricon-mlu370-x8']],
    ['Nvidal T4', ['nvidia-t4']],
    ['Nvida T4', ['nvidia-t4']],
    ['엔비디 T4', ['nvidia-t4']],
    ['h-100', ['nvidia-h100-sxm']],
    ['Pohoiki Beach', ['intel-pohoiki-beach']],
    ['Pohoiki Springs', ['intel-pohoiki-springs']],
    ['트루노스', ['ibm-truenorth']],
    ['그로크', ['groq-lpu-v1']],
    ['Kirin 970', ['huawei-kirin-970-npu']],
  ])('%s finds %j', (query, ids) => {
    expect(findChips(query).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  });

  it.each(['Memrister', 'JSSCC', 'EFPops', '스로틀', 'ModelArts'])(
    '%s is no chip and finds none',
    (query) => {
      expect(findChips(query)).toEqual([]);
    },
  );

  it('puts the exact name first', () => {
    expect(findChips('L4')[0]!.id).toBe('nvidia-l4');
    expect(findChips('TPU v3')[0]!.id).toBe('google-tpu-v3');
    expect(findChips('GC200')[0]!.id).toBe('graphcore-ipu-gc200');
  });

  it('finds a whole vendor and, under its misread name, Habana and Cambricon', () => {
    expect(findChips('허버나').map((chip) => chip.id)).toContain('intel-habana-gaudi1');
    expect(findChips('한무기 270').every((chip) => chip.vendor === 'Cambricon')).toBe(true);
    expect(findChips('한무기 270').length).toBeGreaterThan(0);
  });

  const idsOf = (query: string) => searchChips(query).found.map(({ id }) => id);
  const every = (query: string, holds: (chip: Chip) => boolean) =>
    expect(idsOf(query).sort(), query).toEqual(
      chips
        .filter(holds)
        .map(({ id }) => id)
        .sort(),
    );

  it('finds by class, place, phase and vendor in both languages', () => {
    every('fpga', (chip) => chip.class === 'fpga');
    every('에프피지에이', (chip) => chip.class === 'fpga');
    every('GPU', (chip) => chip.class === 'gpu');
    every('neuromorphic', (chip) => chip.class === 'neuromorphic');
    every('뉴로모픽', (chip) => chip.class === 'neuromorphic');
    every('마이크로컨트롤러', (chip) => chip.class === 'mcu');
    every('micro controller', (chip) => chip.class === 'mcu');
    every('AMD GPU', (chip) => chip.class === 'gpu' && chip.vendor === 'AMD');
    every('GPU from AMD', () => false);
    every('인텔 FPGA', (chip) => chip.class === 'fpga' && chip.vendor.includes('Intel'));
    every('애플 GPU', (chip) => chip.class === 'gpu' && chip.vendor === 'Apple');
    every('애플GPU', (chip) => chip.class === 'gpu' && chip.vendor === 'Apple');
    every('차량', (chip) => chip.place.includes('vehicle'));
    every('vehicle npu', (chip) => chip.class === 'npu' && chip.place.includes('vehicle'));
    every('데이터 센터 학습 GPU', ({ class: name, place, phase }) => {
      return name === 'gpu' && place.includes('cloud') && phase.includes('training');
    });
    every('in-memory computing', (chip) => chip.class === 'pim');
    const isServer = ({ place }: Chip) => place.includes('cloud') || place.includes('edge-server');
    every('server', isServer);
    every('서버', isServer);
    every('edge server', ({ place }) => place.includes('edge-server'));
    every('server npu', (chip) => chip.class === 'npu' && isServer(chip));
  });

  it('has words for every class, place and phase that chips have', () => {
    for (const chip of chips)
      // "mcu" is a class first; other chips work there too.
      for (const trait of [chip.class, ...chip.place.filter((place) => place !== 'mcu'), ...chip.phase])
        expect(idsOf(trait), trait).toContain(chip.id);
  });

  // Real chips that the catalogue does not have beside one that it has: A16, RTX 5090 D, RTX 5070, MLU270, Xeon 6.
  it.each(['A16', 'RTX 5070', '한무기 270', 'MLU270', 'H10', 'MI30', 'WSE 30', 'Hailo 80'])(
    '%s is not found as its neighbour',
    (query) => {
      expect(idsOf(query)).toEqual([]);
    },
  );

  it('names what is related when a number of a model is unknown', () => {
    const related = searchChips('한무기 270').related.map(({ id }) => id);
    expect(related).toEqual(['cambricon-mlu290-m5', 'cambricon-mlu370-x8']);
    expect(searchChips('H101').related).toEqual([]);
    expect(searchChips('nvdia-h10').related).toEqual([]);
    expect(searchChips('H100').related).toEqual([]);
  });

  // Chips that are sold, none of which the catalogue has: Apple's M1 (beside its M1 Max and DeepX's DX-M1), M3 and M5, Google's
  // TPU v5 lite is the v5e, Arm's Cortex-X3 a core of a phone's processor, NVIDIA's K200 and E100 are no products at all.
  it.each([
    ['M1', ['apple-m1-max-gpu', 'deepx-dx-m1']],
    ['M3', ['apple-m3-max-gpu']],
    ['apple m3', ['apple-m3-max-gpu']],
    ['M5', ['cambricon-mlu290-m5']],
    ['X8', ['cambricon-mlu370-x8']],
    ['V5', ['google-tpu-v5e', 'google-tpu-v5p']],
    ['TPU v5', ['google-tpu-v5e', 'google-tpu-v5p']],
    ['X3', ['qualcomm-snapdragon-8gen2-cpu']],
    ['H20', []],
    ['B20', []],
    ['X2', []],
    ['A1', []],
    ['E100', []],
  ])('%s is told to be no chip, with what has it in its name', (query, related) => {
    const { found, related: others } = searchChips(query);
    expect(found).toEqual([]);
    expect(others.map(({ id }) => id).sort()).toEqual(related);
  });

  it('takes no letter before a number for a slip of the pen', () => {
    expect(idsOf('nvidia k200')).toEqual([]);
    expect(idsOf('H200')).toEqual(['nvidia-h200-sxm', 'nvidia-h200-nvl']);
    expect(idsOf('halo8')).toEqual(['hailo-8']);
    expect(idsOf('GTX 4090')).toEqual([]);
  });

  it('finds a model by a short number that it is called by, and tells the others apart', () => {
    const { found, related } = searchChips('M4');
    expect(found.map(({ id }) => id).slice(0, 3)).toEqual(['apple-m4-ane', 'apple-m4-cpu', 'apple-m4-gpu']);
    expect(related.map(({ id }) => id)).toEqual(['apple-m4-max-gpu']);
    expect(idsOf('M2')).toEqual(['apple-m2-ane']);
    expect(idsOf('M4 Max')).toEqual(['apple-m4-max-gpu']);
    expect(idsOf('deepx m1')).toEqual(['deepx-dx-m1']);
    expect(idsOf('MLU290 M5')).toEqual(['cambricon-mlu290-m5']);
    expect(idsOf('13900K')).toContain('intel-core-i9-13900k');
    expect(idsOf('L40')).toEqual(['nvidia-l40']);
    expect(searchChips('L40').related.map(({ id }) => id)).toEqual(['nvidia-l40s']);
  });

  it.each([
    ['phone', '휴대폰', 'huawei-kirin-990-npu', 'apple-m4-gpu'],
    ['smartphone', '스마트폰', 'apple-a17-pro-neural-engine', 'nvidia-rtx-4090'],
    ['laptop', '노트북', 'apple-m3-max-gpu', 'nvidia-rtx-4090'],
    ['desktop', '데스크톱', 'nvidia-rtx-4090', 'qualcomm-adreno-750'],
    ['single-board computer', '보드', 'broadcom-bcm2712', 'qualcomm-adreno-750'],
  ])('finds by machine: %s and %s', (english, korean, one, other) => {
    for (const query of [english, korean]) {
      expect(idsOf(query)).toContain(one);
      expect(idsOf(query)).not.toContain(other);
    }
    expect(idsOf(`${korean} GPU`).every((id) => chips.find((chip) => chip.id === id)!.class === 'gpu')).toBe(
      true,
    );
  });

  it('takes a chip for the one that was named only if its model is the same', () => {
    const named = (query: string) =>
      searchChips(query)
        .found.filter((chip) => isNamed(query, chip))
        .map(({ id }) => id);
    // MI300A and MI300C are others than the MI300X.
    expect(searchChips('MI300').related.map(({ id }) => id)).toEqual(['amd-mi300x']);
    expect(named('MI300')).toEqual([]);
    expect(named('L40')).toEqual(['nvidia-l40']);
    expect(named('L40S')).toEqual(['nvidia-l40s']);
    expect(named('the NVIDIA H100 NVL card')).toEqual(['nvidia-h100-nvl']);
    expect(named('the NVIDIA H100 card')).toContain('nvidia-h100-sxm');
    const called = (query: string) => chips.filter((chip) => isCalled(query, chip)).map(({ id }) => id);
    expect(called('nvidia L40')).toEqual(['nvidia-l40']);
    expect(called('H100')).toEqual([]);
    expect(named('RTX 5090 Ti')).toEqual([]);
    expect(named('RTX 5090')).toEqual(['nvidia-rtx-5090']);
    expect(named('tpuv4')).toEqual(['google-tpu-v4']);
    expect(named('WSE2')).toEqual(['cerebras-wse2']);
  });

  it('never mistakes one model number for another, and finds nothing for nonsense', () => {
    expect(findChips('H101')).toEqual([]);
    expect(findChips('zzzzzz')).toEqual([]);
    expect(findChips('')).toHaveLength(chips.length);
  });
});
