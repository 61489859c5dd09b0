import type { BuildOptions } from 'esbuild';

export const nodeBundle: Readonly<BuildOptions> & { readonly external: string[] };
