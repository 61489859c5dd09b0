import { createHash } from 'node:crypto';
import type { Hash, Platform } from '../platform';
import { collect } from './collect';
import { localFiles } from './localFiles';

/** A process of Node's. */
export const nodePlatform: Platform = {
  localFiles,
  newHash(): Hash {
    const hash = createHash('sha1');
    return {
      update: (part) => void hash.update(part),
      end: () => hash.digest('hex'),
    };
  },
  bytesOfBase64: (text) => Buffer.from(text, 'base64'),
  collect,
  later: (run, milliseconds) => setTimeout(run, milliseconds).unref(),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};
