import type { Plugin } from 'esbuild';

export const packedTables: Plugin;
