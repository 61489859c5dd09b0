import { describe, expect, it } from 'vitest';
import { searchSystems } from '../../../server/engine/systems/search';

const found = (query: string): string[] => searchSystems(query).map(({ id }) => id);

describe('a search for systems', () => {
  it('finds by name, alias and id, in English and Korean', () => {
    expect(found('DGX').sort()).toEqual([
      'nvidia-dgx-a100',
      'nvidia-dgx-h100',
      'nvidia-hgx-b200',
      'nvidia-hgx-h200',
    ]);
    expect(found('phone')[0]).toBe('phone-soc');
    expect(found('휴대폰')).toEqual(['phone-soc']);
    expect(found('라즈베리')).toEqual(['raspberry-pi-coral', 'raspberry-pi-hailo']);
    expect(found('raspberry coral')).toEqual(['raspberry-pi-coral']);
    expect(found('NVL72')).toEqual(['nvidia-gb200-nvl72']);
    expect(found('노트북')).toEqual(['snapdragon-laptop']);
  });

  it('finds by chip and by place, names first', () => {
    expect(found('hailo-8')).toEqual(['raspberry-pi-hailo']);
    expect(found('MI300X')).toEqual(['amd-mi300x-8']);
    expect(found('vehicle')).toEqual(['vehicle-fsd', 'jetson-agx-orin']);
    expect(found('mcu')).toEqual(['mcu-cloud']);
  });

  it('forgives a slip of the pen, and finds nothing for what nothing is called', () => {
    expect(found('rasberry coral')).toEqual(['raspberry-pi-coral']);
    expect(found('mainframe')).toEqual([]);
    expect(found('').length).toBe(19);
  });
});
