/** The letters that make a name a pattern. */
const wild = /[*?[{]/;

/** True for what may match more than one name. */
export function isPattern(glob: string): boolean {
  return wild.test(glob);
}

const compiled = new Map<string, Matcher>();

/**
 * Glob match in VS Code's dialect: `*`, `**`, `?`, `{a,b}`, `[a-z]`, `[!a]`. A pattern without `/` matches the file
 * name in any folder. Matching takes at most as many steps as the product of the two lengths, whatever the pattern says.
 */
export function matchesGlob(glob: string, path: string): boolean {
  const subject = glob.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1);
  if (!isPattern(glob)) return glob === subject;
  let matcher = compiled.get(glob);
  if (!matcher) {
    // Patterns come from settings, which a user edits: without a bound the pattern of each keystroke would be kept.
    if (compiled.size > 500) compiled.clear();
    compiled.set(glob, (matcher = new Matcher(glob)));
  }
  return matcher.matches(subject);
}

type Test = (letter: string) => boolean;
/** A place in a pattern: it takes a letter on to the next place, or goes on to several places without one. */
type Place = { readonly takes: Test; readonly next: number } | { readonly forks: number[] };

const any: Test = () => true;
const inFolder: Test = (letter) => letter !== '/';

/** Walks all places at once where a pattern can stand after each letter of a path: nothing is tried twice. */
class Matcher {
  private readonly places: Place[] = [];

  constructor(glob: string) {
    this.compile([...glob]);
  }

  matches(path: string): boolean {
    const seen = new Uint32Array(this.places.length + 1);
    let step = 1;
    let now = this.reach([0], seen, step);
    for (const letter of path) {
      const next: number[] = [];
      for (const at of now) {
        const place = this.places[at];
        if (place && 'takes' in place && place.takes(letter)) next.push(place.next);
      }
      if (next.length === 0) return false;
      now = this.reach(next, seen, ++step);
    }
    // The end is the place behind the last.
    return seen[this.places.length] === step;
  }

  /** The places with all that lie behind their forks, each once. */
  private reach(from: number[], seen: Uint32Array, step: number): number[] {
    const reached: number[] = [];
    for (let at = from.pop(); at !== undefined; at = from.pop()) {
      if (seen[at] === step) continue;
      seen[at] = step;
      reached.push(at);
      const place = this.places[at];
      if (place && 'forks' in place) for (const fork of place.forks) from.push(fork);
    }
    return reached;
  }

  private compile(letters: readonly string[]): void {
    /** Open groups: the fork to their alternatives, and the ends of those before the last. */
    const groups: { readonly start: number[]; readonly ends: number[][] }[] = [];
    const lastBrace = letters.lastIndexOf('}');
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i]!;
      const group = groups.at(-1);
      if (letter === '*' && letters[i + 1] === '*') {
        const folders = letters[i + 2] === '/' && (i === 0 || letters[i - 1] === '/');
        if (folders) this.addFolders();
        else this.addMany(any);
        i += folders ? 2 : 1;
      } else if (letter === '*') this.addMany(inFolder);
      else if (letter === '?') this.addOne(inFolder);
      else if (letter === '[' && letters.indexOf(']', i + 2) > 0) {
        const end = letters.indexOf(']', i + 2);
        this.addOne(setOf(letters.slice(i + 1, end)));
        i = end;
      } else if (letter === '{' && lastBrace > i) {
        const start = this.addFork();
        start.push(this.places.length);
        groups.push({ start, ends: [] });
      } else if (letter === '}' && group) {
        for (const end of group.ends) end.push(this.places.length);
        groups.pop();
      } else if (letter === ',' && group) {
        group.ends.push(this.addFork());
        group.start.push(this.places.length);
      } else this.addOne((other) => other === letter);
    }
    // A group that nothing closes: matches nothing rather than failing everything.
    if (groups.length > 0) this.addOne(() => false);
  }

  private addOne(takes: Test): void {
    this.places.push({ takes, next: this.places.length + 1 });
  }

  private addFork(): number[] {
    const forks: number[] = [];
    this.places.push({ forks });
    return forks;
  }

  private addMany(takes: Test): void {
    const start = this.places.length;
    this.places.push({ forks: [start + 1, start + 2] }, { takes, next: start });
  }

  /** Any number of whole folders, each with its slash. */
  private addFolders(): void {
    const start = this.places.length;
    this.places.push(
      { forks: [start + 1, start + 4] },
      { forks: [start + 2, start + 3] },
      { takes: inFolder, next: start + 1 },
      { takes: (letter) => letter === '/', next: start },
    );
  }
}

/** `a-z`, `!a`: never a slash. A range such as z-a holds nothing. */
function setOf(letters: readonly string[]): Test {
  const isNegated = letters[0] === '!' || letters[0] === '^';
  const ranges: (readonly [low: string, high: string])[] = [];
  for (let i = isNegated ? 1 : 0; i < letters.length; i++) {
    const low = letters[i]!;
    const isRange = letters[i + 1] === '-' && i + 2 < letters.length;
    if (isRange) i += 2;
    ranges.push([low, letters[i]!]);
  }
  const holds = (code: number): boolean =>
    ranges.some(([low, high]) => code >= low.codePointAt(0)! && code <= high.codePointAt(0)!);
  return (letter) => letter !== '/' && holds(letter.codePointAt(0)!) !== isNegated;
}
