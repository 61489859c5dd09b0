import type { Attribute, Graph, Node, ValueInfo } from '../../graph/model';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { limits, memory } from './limits';
import type { OperatorEntry, Subgraph, TensorEntry } from './subgraph';

/** Puts subgraphs into the operators that run them: branches, loop bodies, calls. */
export class GraphBuilder {
  /** Subgraphs that somebody runs. */
  readonly used = new Set<number>();
  private operators = 0;

  constructor(
    private readonly subgraphs: readonly (Subgraph | undefined)[],
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {}

  /**
   * The graph of a subgraph with all that it runs; null where the file has none of this number.
   * @param around the subgraphs that it stands in, itself not among them
   */
  graph(index: number, around: readonly number[] = []): Graph | null {
    const subgraph = this.subgraphs[index];
    if (!subgraph) return null;
    this.used.add(index);
    const { tensors, operators } = subgraph;
    this.operators += operators.length;
    const value = (at: number): TensorEntry | undefined => tensors[at];
    const inputs = subgraph.inputs.map(value).filter((tensor) => tensor !== undefined);
    const outputs = subgraph.outputs.map(value).filter((tensor) => tensor !== undefined);
    const listed = new Set([...inputs, ...outputs]);
    return {
      name: subgraph.name,
      inputs: inputs.map(infoOf),
      outputs: outputs.map(infoOf),
      valueInfo: tensors.filter((tensor) => !listed.has(tensor) && !tensor.stored).map(infoOf),
      initializers: tensors.flatMap(({ stored }) => stored ?? []),
      sparseInitializers: [],
      nodes: operators.map((operator) => this.node(operator, tensors, [...around, index])),
      metadata: [],
    };
  }

  private node(entry: OperatorEntry, tensors: readonly TensorEntry[], around: readonly number[]): Node {
    const { operator, domain, metadata } = entry;
    // -1 is an input that is left out.
    const names = (list: readonly number[]): string[] => list.map((at) => tensors[at]?.name ?? '');
    const outputs = names(entry.outputs);
    this.meter.take(memory.operator + memory.attribute * entry.attributes.length);
    return {
      // Operators have no names: in converted models their results are called after the layers that they come from.
      name: outputs[0] ?? '',
      operator,
      domain,
      overload: '',
      inputs: names(entry.inputs),
      outputs,
      attributes: [...entry.attributes, ...this.bodies(entry, around)],
      metadata,
    };
  }

  private bodies({ bodies }: OperatorEntry, around: readonly number[]): Attribute[] {
    return bodies.flatMap(({ name, subgraph }): Attribute[] => {
      // A subgraph that runs itself, and bodies that come to more than any real model has, are not written out.
      const isEndless = around.includes(subgraph) || around.length >= limits.depth;
      if (isEndless || this.operators > limits.operators) {
        this.problems.addOnce('error', 'format.tflite-subgraph-unwritten', { subgraph: String(subgraph) });
        return [];
      }
      const graph = this.graph(subgraph, around);
      if (graph) return [{ name, kind: 'graph', value: graph }];
      this.problems.addOnce('error', 'format.tflite-subgraph-missing', { subgraph: String(subgraph) });
      return [];
    });
  }
}

function infoOf({ name, type, metadata }: TensorEntry): ValueInfo {
  return { name, ...(type && { type }), ...(metadata.length > 0 && { metadata }) };
}
