import { describe, expect, it } from 'vitest';
import { searchReferences, searchSystems } from '../../../server/engine/systems/search';

const found = (query: string): string[] => searchSystems(query).map(({ id }) => id);

describe('a search for systems', () => {
  it('finds by name, alias and id, in English and Korean', () => {
    expect(found('DGX').sort()).toEqual([
      'gpu-cluster',
      'nvidia-dgx-a100',
      'nvidia-dgx-h100',
      'nvidia-hgx-b200',
      'nvidia-hgx-h200',
      'nvidia-selene',
    ]);
    expect(found('phone')[0]).toBe('phone-soc');
    expect(found('휴대폰')).toEqual(['phone-soc', 'samsung-galaxy-s24']);
    expect(found('라즈베리')).toEqual(['raspberry-pi-coral', 'raspberry-pi-hailo']);
    expect(found('raspberry coral')).toEqual(['raspberry-pi-coral']);
    expect(found('NVL72')).toEqual(['nvidia-gb200-nvl72']);
    expect(found('노트북')).toEqual(['snapdragon-laptop', 'apple-m4']);
    expect(found('board')).toContain('jetson-agx-orin');
    expect(found('보드')).toContain('raspberry-pi-hailo');
  });

  it('finds by chip and by place, names first', () => {
    expect(found('hailo-8')).toEqual(['raspberry-pi-hailo']);
    expect(found('MI300X')).toEqual(['amd-mi300x-8']);
    expect(found('vehicle')).toEqual(['vehicle-fsd', 'jetson-agx-orin']);
    expect(found('mcu')).toEqual(['mcu-cloud', 'battery-management']);
  });

  it('forgives a slip of the pen, and finds nothing for what nothing is called', () => {
    expect(found('rasberry coral')).toEqual(['raspberry-pi-coral']);
    expect(found('mainframe')).toEqual([]);
    // No slip: another letter is another model.
    expect(found('K200')).toEqual([]);
    expect(found('H200')).toEqual(['nvidia-hgx-h200']);
    expect(found('').length).toBe(29);
  });

  it.each([
    ['알파고', 'alphago-server'],
    ['AlphaGo', 'alphago-server'],
    ['Summit', 'ornl-summit'],
    ['서밋', 'ornl-summit'],
    ['GPU 클러스터', 'gpu-cluster'],
    ['Atlas900', 'huawei-atlas-900'],
    ['16,000', 'google-cat-2012'],
    ['고양이', 'google-cat-2012'],
    ['Galaxy S24', 'samsung-galaxy-s24'],
    ['갤럭시 S24', 'samsung-galaxy-s24'],
    ['엣지 서버', 'edge-server'],
    ['edge gateway', 'edge-server'],
    ['BMS', 'battery-management'],
    ['배터리 관리', 'battery-management'],
  ])('finds what documents call %s', (query, id) => {
    expect(found(query)[0]).toBe(id);
  });
});

describe('what systems are compared with', () => {
  const compared = (query: string): string[] => searchReferences(query).map(({ id }) => id);

  it('is found by name in English and Korean, and is no system', () => {
    expect(compared('brain')).toEqual(['human-brain']);
    expect(compared('인간의 뇌')).toEqual(['human-brain']);
    expect(compared('')).toEqual(['human-brain']);
    expect(compared('알파고')).toEqual([]);
    expect(found('brain')).toEqual([]);
    expect(found('human-brain')).toEqual([]);
  });
});
