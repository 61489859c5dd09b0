// The browser that the tests drive: an installed one, else one that npm brings.
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { cacheFolder, keptPackages } from './cache.mjs';
import { toolPath } from './tools.mjs';

/** The version in its package.json rises when what is made of the packages changes: it is part of the lock file. */
const pins = fileURLToPath(new URL('browser/', import.meta.url));

/** Letters of one width for the editor, others for the rest, and Korean ones. */
const fonts = [
  'dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf',
  'dejavu-fonts-ttf/ttf/DejaVuSansMono-Bold.ttf',
  'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
  '@expo-google-fonts/nanum-gothic-coding/400Regular/NanumGothicCoding_400Regular.ttf',
  '@expo-google-fonts/nanum-gothic-coding/700Bold/NanumGothicCoding_700Bold.ttf',
];

/** Flags under which a headless Chromium runs everywhere and asks nobody anything. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The browser of the tests, as playwright-core launches it. SILICONLENS_BROWSER names one, or is `own` for the one that
 * npm brings; else an installed Chrome, Chromium or Edge is taken, and where there is none, npm's.
 */
export async function bringBrowser(say = console.log) {
  const named = process.env.SILICONLENS_BROWSER;
  if (named && named !== 'own') {
    if (!existsSync(named)) throw new Error(`SILICONLENS_BROWSER names ${named}, and there is no such file.`);
    return installed(named);
  }
  const found = named ? null : findBrowser();
  if (found) return installed(found);
  return process.platform === 'linux' && process.arch === 'x64' ? ownBrowser(say) : playwrightBrowser(say);
}

function installed(executablePath) {
  return { executablePath, args: flags, env: {} };
}

/** An installed browser of Chromium's family; null where there is none. */
function findBrowser() {
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'microsoft-edge-stable',
  ];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ];
  // What asks to be installed first, as a stub of a distribution does, is none.
  return candidates.find((path) => existsSync(path) && versionOf(path).status === 0) ?? null;
}

function versionOf(path, env = {}) {
  return spawnSync(path, ['--version'], { encoding: 'utf8', env: { ...process.env, ...env } });
}

/** Chromium out of an npm package, with the libraries and fonts that a bare machine lacks. */
async function ownBrowser(say) {
  const folder = await keptPackages('browser', pins, async (work) => {
    say('Unpacking Chromium (once, about 200 MB)…');
    await unpackBrowser(work);
  });
  const browser = {
    executablePath: join(folder, 'chromium'),
    args: [...flags, '--headless=shell'],
    env: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
  const tried = versionOf(browser.executablePath, browser.env);
  if (tried.status !== 0)
    throw new Error(
      `The Chromium of npm does not run here; SILICONLENS_BROWSER names another.\n${tried.error?.message ?? tried.stderr}`,
    );
  return browser;
}

/**
 * Unpacks the package here rather than by its own `executablePath`, which takes any file of that name that lies in the
 * temporary folder.
 */
async function unpackBrowser(work) {
  const modules = join(work, 'node_modules');
  const from = join(modules, '@sparticuz', 'chromium', 'bin');
  const { extract } = createRequire(join(work, 'package.json'))('tar-fs');
  const unpack = (name, target) =>
    pipeline(createReadStream(join(from, name)), createBrotliDecompress(), target);
  await unpack('chromium.br', createWriteStream(join(work, 'chromium'), { mode: 0o755 }));
  // libnss3 and what it needs.
  await unpack('al2023.tar.br', extract(work));
  await mkdir(join(work, 'fonts'));
  for (const font of fonts) await copyFile(join(modules, font), join(work, 'fonts', basename(font)));
  await copyFile(join(pins, 'fonts.conf'), join(work, 'fonts.conf'));
  await rm(modules, { recursive: true });
}

/** Elsewhere playwright-core installs the Chromium that it is made for. */
async function playwrightBrowser(say) {
  process.env.PLAYWRIGHT_BROWSERS_PATH = join(cacheFolder(), 'playwright');
  const { chromium } = await import('playwright-core');
  const executablePath = chromium.executablePath();
  if (!existsSync(executablePath)) {
    say('Installing Chromium (once)…');
    const done = spawnSync(
      process.execPath,
      [toolPath('playwright-core/cli.js'), 'install', 'chromium', '--no-shell'],
      {
        stdio: 'inherit',
      },
    );
    if (done.status !== 0 || !existsSync(executablePath))
      throw new Error(
        'No Chrome, Chromium or Edge is installed, and none could be; SILICONLENS_BROWSER names one.',
      );
  }
  return installed(executablePath);
}
