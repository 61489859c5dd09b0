// Written by scripts/catalogueIndex.ts from the JSON files of this folder; do not edit.
import c_nvidia_dgx_h100 from './nvidia-dgx-h100.json';

/** Every catalogue file as read; a test checks each against system.schema.json. */
export const catalogue = [
  c_nvidia_dgx_h100,
] as readonly unknown[];
