// Mutation testing: `npm run mutants -- [room …] [--changed] [--sample N] [--total N] [--seed N] [--minutes N] [--own] [--list]`.
// docs/testing.md says what it does and how to read the result.
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { changedFiles } from './changed';
import { judge } from './judge';
import { inTurn, Judge, judgeArgument } from './judges';
import { mutantsOf } from './mutators';
import { rooms, type Room } from './rooms';
import { seeded } from '../../server/engine/random';
import { drawSample, shuffled } from './sample';
import { linesOf, oneLine, tableOf, type Judged } from './table';
import { Trials } from './trials';
import { weave, type Numbered } from './weave';

/** Tests of load: each takes longer than all others of its room together, and none is about single numbers. */
const heavyTests = [
  'test/lsp/large.test.ts',
  'test/lsp/memory.test.ts',
  'test/unit/cli/floods.test.ts',
  'test/unit/formats/fuzz.test.ts',
];

type Drawn = Numbered & { readonly room: string };

const root = resolve('.');

if (process.argv.includes(judgeArgument)) await judge();
else await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      changed: { type: 'boolean', default: false },
      sample: { type: 'string', default: '60' },
      total: { type: 'string' },
      seed: { type: 'string' },
      judges: { type: 'string', default: '2' },
      minutes: { type: 'string', default: 'Infinity' },
      own: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const chosen = chooseRooms(positionals, values.changed);
  if (chosen.length === 0) {
    console.log('No room has changed: no mutants.');
    return;
  }
  const end = Date.now() + 60_000 * Number(values.minutes);
  const seed = values.seed === undefined ? Math.floor(Date.now() / 1000) : Number(values.seed);
  console.log(`seed ${seed} (--seed ${seed} draws the same)`);
  const size = Number(values.sample);
  const drawn = draw(chosen, values.total === undefined ? size : Number(values.total) / chosen.length, seed);
  if (values.list)
    console.log(linesOf(drawn.map((mutant) => judgedOf(mutant, 'survived', false))).join('\n'));
  else {
    const limits = { judges: Number(values.judges), end, isOwnOnly: values.own };
    print(await tryAll(shuffled(drawn, seeded(seed)), limits), drawn.length);
  }
}

function chooseRooms(names: readonly string[], onlyChanged: boolean): Room[] {
  const all = rooms(root);
  const unknown = names.filter((name) => !all.some((room) => room.name === name));
  if (unknown.length > 0)
    throw new Error(`No such room: ${unknown.join(', ')}. Rooms: ${all.map(({ name }) => name).join(', ')}`);
  const named = names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all;
  if (!onlyChanged) return named;
  const changed = new Set(changedFiles(root));
  return named.filter(({ files }) => files.some((file) => changed.has(file)));
}

function draw(chosen: readonly Room[], size: number, seed: number): Drawn[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = chosen.flatMap((room) => room.files);
  const program = ts.createProgram(
    files.map((file) => join(root, file)),
    { ...options, incremental: false },
  );
  const checker = program.getTypeChecker();
  const random = seeded(seed);
  const drawn = chosen.flatMap((room) => {
    const all = room.files.flatMap((file) =>
      mutantsOf(program.getSourceFile(join(root, file))!, file, checker),
    );
    const count = Math.ceil(size);
    return drawSample(all, count, random).map((mutant) => ({ ...mutant, room: room.name }));
  });
  return drawn.map((mutant, index) => ({ ...mutant, id: index + 1 }));
}

/** Tries mutants until all are judged or a time has come; in order of place. */
async function tryAll(
  drawn: readonly Drawn[],
  { judges: count, end, isOwnOnly }: { judges: number; end: number; isOwnOnly: boolean },
): Promise<Judged[]> {
  const woven = weaveAll(drawn);
  const judges = Array.from({ length: count }, () => new Judge(root, woven));
  try {
    const trials = new Trials(root, testFiles(), isOwnOnly);
    const tried = await inTurn(judges, drawn, async (one, mutant) => {
      if (Date.now() >= end) return null;
      const { outcome, isCut } = await trials.run(one, mutant);
      const judged = judgedOf(mutant, outcome, isCut);
      console.log(`${mutant.id} of ${drawn.length}: ${linesOf([judged])[0] ?? outcome}`);
      return { id: mutant.id, judged };
    });
    return tried
      .filter((one) => one !== null)
      .sort((a, b) => a.id - b.id)
      .map(({ judged }) => judged);
  } finally {
    for (const one of judges) one.end();
  }
}

function weaveAll(drawn: readonly Drawn[]): Map<string, string> {
  const byFile = new Map<string, Numbered[]>();
  for (const mutant of drawn) byFile.set(mutant.file, [...(byFile.get(mutant.file) ?? []), mutant]);
  return new Map(
    [...byFile].map(([file, mutants]) => [
      join(root, file),
      weave(readFileSync(join(root, file), 'utf8'), mutants),
    ]),
  );
}

function testFiles(): string[] {
  return ['test/unit', 'test/lsp']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((path) => path.endsWith('.test.ts') && !heavyTests.includes(path))
    .sort();
}

function judgedOf(mutant: Drawn, outcome: Judged['outcome'], isCut: boolean): Judged {
  const text = readFileSync(join(root, mutant.file), 'utf8');
  const before = oneLine(text.slice(mutant.start, mutant.end));
  return { ...mutant, outcome, isCut, before, after: oneLine(mutant.text) };
}

function print(judged: readonly Judged[], drawn: number): void {
  const late =
    drawn > judged.length ? [`${drawn - judged.length} of ${drawn} were not tried in time.`, ''] : [];
  console.log(['', ...linesOf(judged), '', ...late, ...tableOf(judged)].join('\n'));
}
