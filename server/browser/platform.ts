import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Hash, Platform } from '../platform';

/** Turns of the event loop that are waited for. */
const waiting: (() => void)[] = [];
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => waiting.shift()?.();

/** A worker of a browser, which has no files of its own. */
export const browserPlatform: Platform = {
  localFiles: null,
  newHash(): Hash {
    const hash = sha1.create();
    return {
      update: (part) => void hash.update(typeof part === 'string' ? utf8ToBytes(part) : part),
      end: () => bytesToHex(hash.digest()),
    };
  },
  bytesOfBase64(text) {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
    return bytes;
  },
  // A timer would be held back for some milliseconds each time.
  turn: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    }),
  // A browser does so by itself.
  collect: () => Promise.resolve(),
  later: (run, milliseconds) => setTimeout(run, milliseconds),
};
