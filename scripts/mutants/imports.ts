import { readFileSync, existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/** What each file imports of ours, by paths relative to the root of the repository; read when first asked. */
export class ImportGraph {
  private readonly known = new Map<string, readonly string[]>();

  constructor(private readonly root: string) {}

  importsOf(path: string): readonly string[] {
    let imports = this.known.get(path);
    if (!imports) this.known.set(path, (imports = this.read(path)));
    return imports;
  }

  /** How many imports lie between a file and everything that it leads to. */
  distancesFrom(path: string): ReadonlyMap<string, number> {
    const distances = new Map([[path, 0]]);
    for (const [from, distance] of distances)
      for (const to of this.importsOf(from)) if (!distances.has(to)) distances.set(to, distance + 1);
    return distances;
  }

  private read(path: string): readonly string[] {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(this.root, path), 'utf8'), true, true);
    return importedFiles.flatMap(({ fileName }) => {
      if (!fileName.startsWith('.')) return [];
      const base = normalize(join(dirname(path), fileName));
      return (
        [base, `${base}.ts`, `${base}/index.ts`].find(
          (at) => at.endsWith('.ts') && existsSync(join(this.root, at)),
        ) ?? []
      );
    });
  }
}
