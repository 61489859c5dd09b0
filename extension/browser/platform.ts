import type { Platform } from '../platform';

/** An extension host that is a worker of a browser. */
export const browserPlatform: Platform = {
  localFiles: null,
  // The file and what is made of it share the memory of one tab.
  largestFile: 256e6,
  // `btoa` takes a letter for each byte; as units of UTF-16 bytes are those letters.
  base64Of: (bytes) => btoa(new TextDecoder('utf-16le').decode(Uint16Array.from(bytes))),
};
