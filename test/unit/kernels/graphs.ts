import type { Attribute } from '../../../server/engine/graph/model';
import type { Inference, InferredNode, InferredValue } from '../../../server/engine/inference/types';
import type { MatrixShape, OperatorClass } from '../../../server/engine/operators/rule';

/** One line of a hand-made graph. */
export interface Line {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly operatorClass?: OperatorClass;
  readonly view?: boolean;
  readonly folded?: boolean;
  readonly vector?: number;
  readonly matrix?: number;
  readonly matrixShape?: MatrixShape;
  readonly attributes?: readonly Attribute[];
}

/** A value that no line makes. */
export interface Given {
  readonly shape: readonly number[];
  readonly constant?: boolean;
  readonly elements?: readonly number[];
}

/**
 * A graph whose shapes are all given: `shapes` of made values, `given` of inputs and constants. Everything is float but
 * the values named in `bytes8`, which are int8.
 */
export function graphOf(
  lines: readonly Line[],
  given: Readonly<Record<string, Given>>,
  shapes: Readonly<Record<string, readonly number[]>>,
  outputs: readonly string[],
  bytes8: readonly string[] = [],
): Inference {
  const names = [...Object.keys(given), ...lines.flatMap((line) => line.outputs)];
  const ids = new Map(names.map((name, id) => [name, id]));
  const idOf = (name: string): number | null => (name === '' ? null : ids.get(name)!);
  const values = names.map((name, id): InferredValue => {
    const made = lines.findIndex((line) => line.outputs.includes(name));
    const dims = given[name]?.shape ?? shapes[name] ?? [];
    const elements = given[name]?.elements;
    const isConstant = given[name]?.constant ?? (made >= 0 && lines[made]!.folded === true);
    return {
      id,
      name,
      scope: 0,
      type: { kind: 'tensor', dtype: bytes8.includes(name) ? 'int8' : 'float', shape: dims },
      ...(elements ? { elements } : {}),
      origin: made >= 0 ? 'node' : isConstant ? 'initializer' : 'input',
      producer: made >= 0 ? made : null,
      consumers: lines.flatMap((line, index) => (line.inputs.includes(name) ? [index] : [])),
      isConstant,
      bytes: (bytes8.includes(name) ? 1 : 4) * dims.reduce((product, dim) => product * dim, 1),
    };
  });
  const nodes = lines.map((line, index): InferredNode => {
    const inputs = line.inputs.map(idOf);
    const outputIds = line.outputs.map(idOf);
    const sum = (list: (number | null)[], constant: boolean): number =>
      line.view
        ? 0
        : list.reduce<number>(
            (bytes, id) =>
              bytes + (id !== null && values[id]!.isConstant === constant ? values[id]!.bytes! : 0),
            0,
          );
    // What is named twice is read with its first name.
    const once = (ids: (number | null)[]): number[] =>
      ids.map((id, place) => (id === null || ids.indexOf(id) < place ? 0 : values[id]!.bytes!));
    return {
      index,
      parent: null,
      repeat: 1,
      scope: 0,
      node: {
        name: `n${index}`,
        operator: line.operator,
        domain: '',
        overload: '',
        inputs: line.inputs,
        outputs: line.outputs,
        attributes: line.attributes ?? [],
        metadata: [],
      },
      version: 20,
      inputs,
      outputs: outputIds,
      rule: 'exact',
      operatorClass: line.operatorClass ?? (line.view ? 'view' : 'elementwise'),
      held: null,
      folded: line.folded ?? false,
      view: line.view ?? false,
      work: {
        operations: { matrix: line.matrix ?? 0, vector: line.vector ?? 0, special: 0 },
        bytes: {
          weights: sum(inputs, true),
          inputs: sum(inputs, false),
          outputs: sum(outputIds, false),
        },
        touched: {
          inputs: line.view ? [] : once(inputs),
          outputs: line.view ? [] : once(outputIds),
        },
        ...(line.matrixShape ? { matrixShape: line.matrixShape } : {}),
      },
    };
  });
  return {
    nodes,
    values,
    scopes: [
      {
        index: 0,
        parent: null,
        holder: null,
        name: 'g',
        inputs: values.filter((value) => value.origin === 'input').map((value) => value.id),
        outputs: outputs.map((name) => ids.get(name)!),
        arguments: null,
      },
    ],
    problems: [],
    isPartial: false,
    isFaulty: false,
    symbols: [],
    contents: [],
    branches: [],
    names: new Set(),
  };
}
