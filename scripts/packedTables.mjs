import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build as bundle } from 'esbuild';

const namespace = 'packed-tables';
/** A table that takes fewer bytes in the bundle stays in it as it is. */
const smallest = 300;

/**
 * Packs all JSON that a bundle for Node holds into one compressed text, which is unpacked as the bundle starts: that takes
 * half the bytes, and less time than to compile the same as object literals. Sources import JSON as ever.
 * @type {import('esbuild').Plugin}
 */
export const packedTables = {
  name: namespace,
  async setup(build) {
    const { plugins: _, ...options } = build.initialOptions;
    const root = options.absWorkingDir ?? process.cwd();
    const names = await tablesOf(options);
    const packed = brotliCompressSync(await contentOf(root, names)).toString('base64');
    takeTables(build, root, new Map(names.map((name, at) => [name, at])), unpacking(packed));
  },
};

/**
 * Puts all JSON of several bundles into one file beside them, in place of a copy in each.
 * @param {readonly import('esbuild').BuildOptions[]} bundles
 * @param {string} file what bundles for Node read as they start; whoever starts one for a browser gives it `siliconlensTables`
 * @returns {Promise<import('esbuild').Plugin[]>} one for each of these bundles
 */
export async function sharedTables(bundles, file) {
  const found = [];
  for (const bundle of bundles) found.push(await tablesOf(bundle));
  const names = [...new Set(found.flat())].sort();
  const root = bundles[0]?.absWorkingDir ?? process.cwd();
  await writeFile(file, await contentOf(root, names));
  return bundles.map(({ platform }, index) => ({
    name: namespace,
    setup(build) {
      // Of a table that another bundle takes whole, this one may import a name.
      const places = new Map(found[index].map((name) => [name, names.indexOf(name)]));
      takeTables(build, root, places, platform === 'node' ? readingBeside(basename(file)) : given);
    },
  }));
}

/** Has sources that import JSON take it from a module that exports all `tables`, at these places. */
function takeTables(build, root, places, contents) {
  build.onResolve({ filter: new RegExp(`^${namespace}$`) }, () => ({ path: namespace, namespace }));
  build.onLoad({ filter: /.*/, namespace }, () => ({ contents, resolveDir: root }));
  build.onLoad({ filter: /\.json$/ }, ({ path }) => {
    const at = places.get(relative(root, path).replaceAll('\\', '/'));
    if (at === undefined) return undefined;
    return {
      contents: `import { tables } from '${namespace}'; export default tables[${at}];`,
      resolveDir: root,
    };
  });
}

/** The JSON files in a bundle, sorted: the same sources make the same bundle. */
async function tablesOf(options) {
  const { metafile } = await bundle({ ...options, write: false, metafile: true });
  const [{ inputs }] = Object.values(metafile.outputs);
  return Object.keys(inputs)
    .filter((name) => name.endsWith('.json') && inputs[name].bytesInOutput >= smallest)
    .sort();
}

/** One array of the files' contents. */
async function contentOf(root, names) {
  const tables = [];
  for (const name of names) tables.push(JSON.parse(await readFile(join(root, name), 'utf8')));
  return JSON.stringify(tables);
}

/** The module that holds the packed tables. */
function unpacking(packed) {
  return `
    import { brotliDecompressSync } from 'node:zlib';
    export const tables = JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString());`;
}

/** The module that reads them from a file beside a bundle for Node. */
function readingBeside(file) {
  return `
    import { readFileSync } from 'node:fs';
    import { join } from 'node:path';
    export const tables = JSON.parse(readFileSync(join(__dirname, '${file}'), 'utf8'));`;
}

/** The module that takes them from whoever started a worker. */
const given = 'export const tables = self.siliconlensTables;';
