/** Letters of a chunk, give or take a piece: worth a write or a message, and no burden to either. */
const chunkLetters = 65_536;

/** Gathers small pieces of a text into chunks and cuts large ones, never inside a letter. */
export function* inChunks(pieces: Iterable<string>): Generator<string> {
  let gathered = '';
  for (const piece of pieces) {
    gathered += piece;
    if (gathered.length < chunkLetters) continue;
    let from = 0;
    while (gathered.length - from >= chunkLetters) {
      const to = from + chunkLetters;
      // The first half of a surrogate pair waits for the second one.
      const end = /[\ud800-\udbff]/.test(gathered.charAt(to - 1)) ? to - 1 : to;
      yield gathered.slice(from, end);
      from = end;
    }
    gathered = gathered.slice(from);
  }
  if (gathered !== '') yield gathered;
}
