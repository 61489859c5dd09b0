// What the scripts download is kept outside node_modules: in SILICONLENS_CACHE or the user's cache folder. Only Node's
// own modules are used here.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloaded tools and sample models are kept. */
export function cacheFolder() {
  return process.env.SILICONLENS_CACHE || join(homedir(), '.cache', 'siliconlens');
}

/**
 * A folder of the cache with the packages that the lock file in `pins` names; it is made once for each lock file.
 * @param {string} name what the folder is called, before the digest of the lock file
 * @param {string} pins a folder with package.json and package-lock.json
 * @param {(folder: string) => Promise<void>} finish does the rest once the packages are there
 */
export async function keptPackages(name, pins, finish) {
  const lock = await readFile(join(pins, 'package-lock.json'));
  const id = createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex');
  const folder = join(cacheFolder(), `${name}-${id.slice(0, 12)}`);
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return folder;
  const work = `${folder}.${process.pid}`;
  try {
    await mkdir(work, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      await copyFile(join(pins, file), join(work, file));
    npm(work, 'ci');
    await finish(work);
    await writeFile(join(work, 'complete'), '');
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    // Someone else may have been faster.
    if (!existsSync(complete)) throw error;
  }
  return folder;
}

/** Runs npm in a folder, without install scripts and with the machine's own registry. */
export function npm(folder, command, ...flags) {
  const all = [command, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...flags];
  const environment = { ...process.env, npm_config_engine_strict: 'false' };
  const done = spawnSync('npm', all, {
    cwd: folder,
    encoding: 'utf8',
    env: environment,
    shell: process.platform === 'win32',
  });
  if (done.status !== 0)
    throw new Error(`npm ${all.join(' ')} failed in ${folder}:\n${done.stdout}${done.stderr}`);
}
