import type { BuildOptions, Plugin } from 'esbuild';

export const packedTables: Plugin;
export function sharedTables(bundles: readonly BuildOptions[], file: string): Promise<Plugin[]>;
