import { describe, expect, it } from 'vitest';
import { chipById, chips } from '../../../server/engine/chips/catalogue';
import type { Chip } from '../../../server/engine/chips/chip';
import { hostOf } from '../../../server/engine/chips/hosts';

describe('hosts', () => {
  // What the chips stand beside: a phone's own processor, a board's, the server's of a data centre.
  it.each([
    ['qualcomm-snapdragon-8gen3-hexagon', 'qualcomm-snapdragon-8gen3-cpu'],
    ['samsung-exynos-2400-npu', 'qualcomm-snapdragon-8gen3-cpu'],
    ['google-coral-edge-tpu', 'broadcom-bcm2712'],
    ['hailo-10h', 'broadcom-bcm2712'],
    ['rockchip-rk3588-npu', 'rockchip-rk3588-cpu'],
    ['huawei-kirin-970-npu', 'huawei-kirin-970-cpu'],
    ['qualcomm-qcs6490-hexagon', 'qualcomm-qcs6490-cpu'],
    ['qualcomm-sa8775p-hexagon', 'nvidia-jetson-orin-cpu'],
    ['qualcomm-adreno-740', 'qualcomm-snapdragon-8gen2-cpu'],
    ['qualcomm-snapdragon-x-elite-hexagon', 'qualcomm-snapdragon-x-elite-cpu'],
    ['qualcomm-adreno-x1-85', 'qualcomm-snapdragon-x-elite-cpu'],
    ['apple-m4-ane', 'apple-m4-cpu'],
    // Of the same family: the catalogue has one processor of Apple's.
    ['apple-m1-max-gpu', 'apple-m4-cpu'],
    ['apple-m2-ane', 'apple-m4-cpu'],
    ['apple-m2-ultra-gpu', 'apple-m4-cpu'],
    ['apple-m3-max-gpu', 'apple-m4-cpu'],
    ['apple-m4-max-gpu', 'apple-m4-cpu'],
    ['nvidia-jetson-orin-dla', 'nvidia-jetson-orin-cpu'],
    ['intel-core-i7-12700h-igpu', 'intel-core-i7-12700h'],
    ['st-stm32n6-npu', 'st-stm32n6-cpu'],
    // The other half of the superchip.
    ['nvidia-gh200', 'arm-neoverse-v2'],
    ['nvidia-jetson-orin-nano', 'nvidia-jetson-orin-nano-cpu'],
    ['nvidia-jetson-agx-orin-64gb', 'nvidia-jetson-orin-cpu'],
    ['tesla-fsd-hw3', 'nvidia-jetson-orin-cpu'],
    ['nvidia-h100-sxm', 'intel-xeon-8480'],
    ['furiosa-warboy', 'intel-xeon-8480'],
    ['nvidia-rtx-4090', 'generic-x86-avx2-desktop'],
    // Laptops.
    ['intel-lunar-lake-npu', 'intel-core-i7-12700h'],
    ['amd-xdna2', 'intel-core-i7-12700h'],
    ['intel-arc-a770m', 'intel-core-i7-12700h'],
    ['arm-ethos-u55-256', 'arm-cortex-m7'],
    // The servers of Jouppi et al. 2017 (table 2) are dual Haswell E5-2699 v3.
    ['google-tpu-v1', 'intel-haswell-e5-2699v3'],
  ])('%s has %s', (id, host) => {
    expect(hostOf(chipById(id)!).id).toBe(host);
  });

  it('are processors that the catalogue has', () => {
    for (const chip of chips) {
      expect(['cpu', 'mcu'], chip.id).toContain(hostOf(chip).class);
      if (chip.host !== undefined) expect(chipById(chip.host), chip.id).toBeDefined();
    }
  });

  it("of a chip of one's own is that of its first machine", () => {
    const own: Chip = { ...chipById('hailo-8')!, id: 'own', host: 'no-such-chip', place: ['device'] };
    expect(hostOf({ ...own, machines: ['phone'] }).id).toBe('qualcomm-snapdragon-8gen3-cpu');
    expect(hostOf({ ...own, machines: ['board', 'phone'] }).id).toBe('broadcom-bcm2712');
    expect(hostOf({ ...own, machines: ['desktop'] }).id).toBe('generic-x86-avx2-desktop');
  });

  it('of a chip whose file names none that exists are those of its place', () => {
    const own: Chip = {
      ...chipById('hailo-8')!,
      id: 'own',
      host: 'no-such-chip',
      place: ['vehicle'],
      machines: [],
    };
    expect(hostOf(own).id).toBe('nvidia-jetson-orin-cpu');
    expect(hostOf({ ...own, place: [] }).id).toBe('generic-x86-avx2-desktop');
  });
});
