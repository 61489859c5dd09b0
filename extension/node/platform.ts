import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { realPathInside } from '../../server/node/inside';
import { isYoung, lookAtFile } from '../../server/node/readFile';
import { writeFile, WriteError } from '../../server/node/writeFile';
import type { LocalFiles, Platform } from '../platform';

const localFiles: LocalFiles = {
  async versionOf(path) {
    const stats = await stat(path, { bigint: true });
    // Its place on the disk and the time of its last change, which nobody can set.
    return { version: [stats.dev, stats.ino, stats.ctimeNs].join(':'), young: isYoung(stats) };
  },
  watch(path, changed, failed) {
    const file = basename(path);
    const watcher = watch(dirname(path), (_event, name) => {
      if (name === null || name === file) changed();
    });
    watcher.on('error', (error) => {
      watcher.close();
      failed(error);
    });
    return () => watcher.close();
  },
  async write(path, content, options) {
    try {
      await writeFile(path, content, options);
      return null;
    } catch (error) {
      if (error instanceof WriteError) return error;
      throw error;
    }
  },
  async placeOf(folder, path) {
    const real = await realPathInside(folder, path);
    if (real === null) return 'outside';
    return lookAtFile(real).then(
      () => 'file',
      () => 'other',
    );
  },
};

/** An extension host that is a process of Node's. */
export const nodePlatform: Platform = {
  localFiles,
  largestFile: 2e9,
  base64Of: ({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length).toString('base64'),
};
