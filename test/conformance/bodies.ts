/**
 * Compares the matrix operations of operators that have a rule with those of their function bodies, on the folder that
 * generate.py makes, where onnx expands such operators itself (`..._expanded`):
 *   npm run conformance:bodies
 * A causal mask or a window leaves pairs out that the body computes and masks: the rule may count less.
 * Exit code 1 when an operator counts something else.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { memorySource } from '../../server/engine/graph/byteSource';
import { infer } from '../../server/engine/inference/infer';
import { uninterrupted } from '../../server/engine/scheduler';

interface Case {
  readonly name: string;
  readonly operators: readonly string[];
  readonly modes: Readonly<Record<string, { readonly file: string }>>;
}

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

/** Matrix operations of a whole model; null while a node's work is not known. */
async function matrixOperations(path: string): Promise<number | null> {
  const { value: model } = await readOnnx(memorySource(readFileSync(path)), uninterrupted);
  if (!model) return null;
  const { nodes } = await infer(model, workload, { ignoreDeclared: true });
  let total = 0;
  for (const { work, repeat } of nodes) {
    if (work === null || repeat === null) return null;
    total += work.operations.matrix * repeat;
  }
  return total;
}

const mayLeaveOut = (name: string): boolean => /causal|window/.test(name);

async function main(): Promise<number> {
  const folder = '.cache/conformance';
  if (!existsSync(join(folder, 'cases.json'))) {
    console.log(`${folder} is missing: run test/conformance/generate.py first (Python with onnx)`);
    return 2;
  }
  const { cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as {
    cases: readonly Case[];
  };
  const byName = new Map(cases.map((item) => [item.name, item]));
  const counts = { equal: 0, less: 0, open: 0 };
  const wrong: string[] = [];
  for (const item of cases) {
    const body = byName.get(`${item.name}_expanded`);
    if (!body) continue;
    const own = await matrixOperations(join(folder, 'models', item.modes['given']!.file));
    const expanded = await matrixOperations(join(folder, 'models', body.modes['given']!.file));
    if (own === null || expanded === null) counts.open++;
    else if (own === expanded) counts.equal++;
    else if (own < expanded && mayLeaveOut(item.name)) counts.less++;
    else wrong.push(`${item.name} (${item.operators[0]}): ${own} instead of ${expanded}`);
  }
  console.log(
    `rules against function bodies, matrix operations: ${counts.equal} equal, ${counts.less} less by their mask, ` +
      `${counts.open} open (a shape is data), ${wrong.length} wrong`,
  );
  for (const line of wrong) console.log(`  ${line}`);
  return wrong.length > 0 ? 1 : 0;
}

void main().then((code) => {
  process.exitCode = code;
});
