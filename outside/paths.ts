/** The last part of a path of whichever system. */
export function baseName(path: string): string {
  return partsOf(path).at(-1) ?? '';
}

function partsOf(path: string): string[] {
  return path.split(/[\\/]/).filter((part) => part !== '');
}

/** How many parts two paths have in common at their ends. */
export function commonEnd(one: string, other: string): number {
  const [a, b] = [partsOf(one).reverse(), partsOf(other).reverse()];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  return same;
}
