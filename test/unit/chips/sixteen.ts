/** One or two chips of each large class; the last six have no FP32 rate, no bandwidth or neither. */
export const sixteenChips = [
  'intel-xeon-8480',
  'generic-x86-avx2-desktop',
  'nvidia-t4',
  'nvidia-a100-sxm-80gb',
  'nvidia-h100-sxm',
  'nvidia-h200-sxm',
  'nvidia-b200',
  'nvidia-l4',
  'amd-mi300x',
  'nvidia-jetson-agx-orin-64gb',
  'google-tpu-v1',
  'google-tpu-v5e',
  'google-coral-edge-tpu',
  'apple-m4-ane',
  'hailo-8',
  'graphcore-ipu-gc200',
];
