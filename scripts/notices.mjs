// The licence notices of what is bundled: packages by esbuild's own list of what it read, and sources of data by
// the texts in scripts/notices.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Texts of packages that come without, from their repositories. */
const ofPackages = fileURLToPath(new URL('notices/packages/', import.meta.url));
const ofData = fileURLToPath(new URL('notices/', import.meta.url));
const rule = `\n\n${'-'.repeat(80)}\n\n`;

/**
 * The folders of the packages that bundles were made of.
 * @param {{ inputs: Record<string, unknown> }[]} metafiles what esbuild says of each bundle
 */
export function bundledPackages(metafiles) {
  const folders = metafiles.flatMap(({ inputs }) =>
    Object.keys(inputs).map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]),
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** The text of ThirdPartyNotices.txt; fails where a package comes without a licence text. */
export async function noticesOf(folders, root = '.') {
  const packages = await Promise.all(folders.map((folder) => noticeOf(join(root, folder))));
  const names = (await readdir(ofData)).filter((name) => name.endsWith('.txt')).sort();
  const data = await Promise.all(
    names.map(
      async (name) => `${basename(name, '.txt')}\n\n${(await readFile(join(ofData, name), 'utf8')).trim()}`,
    ),
  );
  const head = 'Siliconlens contains or was made from the following works of others, under these licences.';
  // The same version may lie in two folders.
  return `${[head, ...new Set([...packages, ...data])].join(rule)}\n`;
}

async function noticeOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const texts = (await readdir(folder)).filter((file) =>
    /^(licen[cs]e|copying|notice|third-?party-?notices?)\b/i.test(file),
  );
  if (!texts.some((file) => /^(licen[cs]e|copying)/i.test(file))) {
    const kept = await readFile(join(ofPackages, `${name}.txt`), 'utf8').catch(() => null);
    if (kept === null) throw new Error(`${name} ${version} is bundled but has no licence text in ${folder}.`);
    return `${name} ${version} (${license})\n\n${kept.trim()}`;
  }
  const read = texts.sort().map(async (file) => (await readFile(join(folder, file), 'utf8')).trim());
  return [`${name} ${version} (${license})`, ...(await Promise.all(read))].join('\n\n');
}
