import { float, int, part, text, varint } from '../unit/formats/wire';

/** Writes the pieces of a graph. */
class GraphWriter {
  private readonly pieces: Uint8Array[] = [];
  nodes = 0;

  constructor(readonly hidden: number) {}

  private add(piece: number[]): void {
    this.pieces.push(Uint8Array.from(piece));
  }

  /** A node with one output, named as exporters name them; returns the output. */
  node(operator: string, inputs: readonly string[], scope: string, ...attributes: number[][]): string {
    const name = `${scope}/${operator}_${this.nodes++}`;
    const output = `${name}_output_0`;
    const ends = [...inputs.map((input) => text(1, input)), text(2, output), text(3, name)];
    this.add(part(1, ...ends, text(4, operator), ...attributes));
    return output;
  }

  /** An initializer without payload: a large one whose weights a reader skips anyway. */
  weight(name: string, ...dims: number[]): string {
    this.add(part(5, ...dims.map((dim) => int(1, dim)), int(2, 1), text(8, name)));
    return name;
  }

  /** An initializer with its elements: the lengths of a Reshape. */
  lengths(name: string, values: readonly number[]): string {
    this.add(
      part(5, int(1, values.length), int(2, 7), ...values.map((value) => int(7, value)), text(8, name)),
    );
    return name;
  }

  scalar(name: string, value: number): string {
    this.add(part(5, int(2, 1), float(4, value), text(8, name)));
    return name;
  }

  value(field: 11 | 12, name: string): void {
    const dim = (symbol: string): number[] => part(1, text(2, symbol));
    const shape = part(2, dim('batch'), dim('sequence'), part(1, int(1, this.hidden)));
    this.add(part(field, text(1, name), part(2, part(1, int(1, 1), shape))));
  }

  model(): Uint8Array {
    this.add(text(2, 'main_graph'));
    const graph = Buffer.concat(this.pieces);
    const head = Uint8Array.from([...int(1, 9), ...varint(7 * 8 + 2), ...varint(graph.length)]);
    return Buffer.concat([head, graph, Uint8Array.from(part(8, text(1, ''), int(2, 17)))]);
  }
}

const integers = (name: string, values: readonly number[]): number[] =>
  part(5, text(1, name), ...values.map((value) => int(8, value)), int(20, 7));
const integer = (name: string, value: number): number[] => part(5, text(1, name), int(3, value), int(20, 2));

/** A linear layer: product and bias. */
function linear(graph: GraphWriter, input: string, scope: string, from: number, to: number): string {
  const product = graph.node('MatMul', [input, graph.weight(`${scope}.weight`, from, to)], scope);
  return graph.node('Add', [graph.weight(`${scope}.bias`, to), product], scope);
}

function normalization(graph: GraphWriter, input: string, scope: string): string {
  const scale = graph.weight(`${scope}.weight`, graph.hidden);
  const bias = graph.weight(`${scope}.bias`, graph.hidden);
  return graph.node('LayerNormalization', [input, scale, bias], scope, integer('axis', -1));
}

function attention(graph: GraphWriter, input: string, scope: string): string {
  const { hidden } = graph;
  const split = (name: string, perm: readonly number[]): string => {
    const flat = linear(graph, input, `${scope}/${name}`, hidden, hidden);
    const parted = graph.node('Reshape', [flat, 'split'], `${scope}/${name}`);
    return graph.node('Transpose', [parted], `${scope}/${name}`, integers('perm', perm));
  };
  const query = split('query', [0, 2, 1, 3]);
  const key = split('key', [0, 2, 3, 1]);
  const value = split('value', [0, 2, 1, 3]);
  const scores = graph.node('Mul', [graph.node('MatMul', [query, key], scope), 'scale'], scope);
  const context = graph.node(
    'MatMul',
    [graph.node('Softmax', [scores], scope, integer('axis', -1)), value],
    scope,
  );
  const joined = graph.node('Transpose', [context], scope, integers('perm', [0, 2, 1, 3]));
  return linear(graph, graph.node('Reshape', [joined, 'join'], scope), `${scope}/output`, hidden, hidden);
}

function feedForward(graph: GraphWriter, input: string, scope: string): string {
  const { hidden } = graph;
  const wide = linear(graph, input, `${scope}/up`, hidden, hidden * 4);
  const error = graph.node('Erf', [graph.node('Div', [wide, 'root2'], scope)], scope);
  const gate = graph.node('Mul', [wide, graph.node('Add', [error, 'one'], scope)], scope);
  return linear(graph, graph.node('Mul', [gate, 'half'], scope), `${scope}/down`, hidden * 4, hidden);
}

/** A transformer of at least `nodes` nodes as exporters write it (34 to a layer), with heads of 16, without payloads. */
export function transformer(nodes: number, hidden = 64): Uint8Array {
  const graph = new GraphWriter(hidden);
  graph.lengths('split', [0, 0, hidden / 16, 16]);
  graph.lengths('join', [0, 0, hidden]);
  graph.scalar('scale', 0.25);
  graph.scalar('root2', Math.SQRT2);
  graph.scalar('one', 1);
  graph.scalar('half', 0.5);
  graph.value(11, 'features');
  let state = 'features';
  for (let layer = 0; graph.nodes < nodes; layer++) {
    const scope = `/encoder/layer.${layer}`;
    const attended = attention(graph, normalization(graph, state, `${scope}/norm1`), `${scope}/attention`);
    state = graph.node('Add', [state, attended], scope);
    const fed = feedForward(graph, normalization(graph, state, `${scope}/norm2`), `${scope}/mlp`);
    state = graph.node('Add', [state, fed], scope);
  }
  graph.value(12, state);
  return graph.model();
}
