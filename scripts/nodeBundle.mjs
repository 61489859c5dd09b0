import { createRequire } from 'node:module';

const { peerDependenciesMeta } = createRequire(import.meta.url)('../package.json');

/**
 * How esbuild bundles what runs in Node: the product, scripts, and what tests start in a process of its own.
 * Packages that come as ES modules too are bundled from those: the UMD form of some looks for its parts at run time.
 * What users install beside the product is loaded when it is asked for.
 */
export const nodeBundle = {
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20',
  format: 'cjs',
  external: Object.keys(peerDependenciesMeta),
};
