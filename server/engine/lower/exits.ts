import type { Role } from './architecture';
import { pooled, positionOf } from './pooling';
import { biased, capped, linear, productWith, scaled, type Building } from './blocks';
import { int, type GraphWriter } from './graphWriter';

/** What comes out of a model, from the states behind its last layer. */
export function finish(building: Building, state: string): void {
  const { writer, architecture } = building;
  const { exit } = architecture;
  if (exit === 'classes' || exit === 'classes-with-mean') {
    classes(building, state, exit === 'classes-with-mean');
    return;
  }
  if (architecture.pool !== 'none')
    give(writer, `${building.path}/pooled`, pooled(building, state), 'pooler_output');
  const isLogits = exit === 'logits';
  const name = isLogits ? 'logits' : 'last_hidden_state';
  give(writer, `${building.path}/head`, isLogits ? logits(building, state) : state, name);
}

function give(writer: GraphWriter, path: string, value: string, name: string): void {
  writer.node(`${path}/Identity`, 'Identity', [value], { outputs: [name] });
  writer.output(name, writer.type);
}

/** Logits of the vocabulary: of the head, or of the embeddings where it is tied to them. */
function logits(building: Building, state: string): string {
  const { writer, weights, architecture } = building;
  const { hidden, logitScale, logitSoftcap } = architecture;
  const path = `${building.path}/head`;
  const tied = weights.take('embedding', 'weight', [0, hidden]);
  // The number of rows is the vocabulary's, which the embedding knows.
  const rows = tied.dims[0] ?? 0;
  const result = weights.has('head')
    ? linear(building, { path }, state, 'head', [rows, hidden])
    : biased(building, { path }, productWith(writer, path, state, writer.weight(tied)), 'head', rows);
  return capped(writer, `${path}/cap`, scaled(writer, path, result, logitScale), logitSoftcap);
}

/** Logits of classes of an image, from the state of its first token; a distilled model has a second head at the next one. */
function classes(building: Building, state: string, isWithMean: boolean): void {
  const { writer, weights, architecture } = building;
  const path = `${building.path}/head`;
  const width = architecture.hidden * (isWithMean ? 2 : 1);
  const of = (role: Role, token: number): string => {
    const at = `${path}/${token}`;
    const read = positionOf(writer, at, state, token);
    const input = isWithMean ? withMean(writer, at, read, state) : read;
    // The number of rows is that of the classes.
    return linear(building, { path: at }, input, role, [0, width]);
  };
  const first = of('classifier', 0);
  if (!weights.has('distillationClassifier')) {
    give(writer, path, first, 'logits');
    return;
  }
  const both = writer.node(`${path}/Add`, 'Add', [first, of('distillationClassifier', 1)]);
  const mean = writer.node(`${path}/Div`, 'Div', [both, writer.scalar(`${path}/two`, 2)]);
  give(writer, path, mean, 'logits');
}

/** The first token's state, and behind it the mean of the patches' (DINOv2). */
function withMean(writer: GraphWriter, path: string, first: string, state: string): string {
  const at = `${path}/mean`;
  const ends = [1, Number.MAX_SAFE_INTEGER].map((end, i) => writer.integers(`${at}/${i}`, [end]));
  const axis = writer.integers(`${at}/axis`, [1]);
  const patches = writer.node(`${at}/Slice`, 'Slice', [state, ...ends, axis]);
  const mean = writer.node(`${at}/ReduceMean`, 'ReduceMean', [patches, axis], {
    attributes: [int('keepdims', 0)],
  });
  return writer.node(`${at}/Concat`, 'Concat', [first, mean], { attributes: [int('axis', -1)] });
}
