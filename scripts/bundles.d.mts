import type { BuildOptions } from 'esbuild';

export const bundles: readonly (Readonly<BuildOptions> & { readonly outfile: string })[];
export const sharing: ReadonlySet<string>;
