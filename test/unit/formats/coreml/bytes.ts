import { float, int, part, text } from '../wire';

/** Writes Core ML's protobuf by hand; numbers of fields are those of Model.proto and MIL.proto. */
export const float32 = 11;
export const int32 = 23;
const string = 2;

/** A type: a tensor of these sizes, null where one is open. */
export function tensorType(dtype: number, ...sizes: (number | null)[]): number[] {
  const dims = sizes.map((size) => part(3, size === null ? part(2) : part(1, int(1, size))));
  return part(1, int(1, dtype), int(2, sizes.length), ...dims);
}

/** A named value of a type, as fields of a message. */
export function named(name: string, type: number[]): number[] {
  return [...text(1, name), ...part(2, type)];
}

function immediate(type: number[], list: number[]): number[] {
  return [...part(2, type), ...part(3, part(1, list))];
}

/** Values that stand in the file. */
export const words = (...values: string[]): number[] =>
  immediate(tensorType(string), part(4, ...values.map((value) => text(1, value))));
export const integers = (...values: number[]): number[] =>
  immediate(tensorType(int32, values.length), part(2, ...values.map((value) => int(1, value))));
export const single = (value: number): number[] => immediate(tensorType(float32), part(1, float(1, value)));

/** A value in a file of weights. */
export function blob(type: number[], offset: number, fileName = '@model_path/weights/weight.bin'): number[] {
  return [...part(2, type), ...part(5, text(1, fileName), int(2, offset))];
}

export function constant(name: string, type: number[], value: number[]): number[] {
  return part(3, text(1, 'const'), part(3, named(name, type)), part(5, text(1, 'val'), part(2, value)));
}

/** An operation: inputs by the names of what they are bound to, or a value of their own. */
export function operation(
  type: string,
  inputs: Readonly<Record<string, string | readonly string[] | number[]>>,
  output: number[],
  ...more: number[][]
): number[] {
  const isName = (one: unknown): one is string => typeof one === 'string';
  const bound = Object.entries(inputs).map(([name, value]) => {
    const list: readonly (string | number[])[] = isName(value)
      ? [value]
      : value.every(isName)
        ? value
        : [value];
    const bindings = list.map((one) => part(1, isName(one) ? text(1, one) : part(2, one)));
    return part(2, text(1, name), part(2, ...bindings));
  });
  return part(3, text(1, type), ...bound, part(3, output), ...more);
}

/** A model of one program; functions by name with their inputs, outputs and operations. */
export function programModel(
  functions: Readonly<Record<string, { inputs: number[][]; outputs: string[]; operations: number[][] }>>,
  description: number[] = part(1, text(1, 'x')),
): Uint8Array {
  const written = Object.entries(functions).map(([name, { inputs, outputs, operations }]) => {
    const block = [...outputs.map((output) => text(2, output)), ...operations].flat();
    const main = [
      ...inputs.map((input) => part(1, input)),
      text(2, 'CoreML7'),
      part(3, text(1, 'CoreML7'), part(2, block)),
    ].flat();
    return part(2, text(1, name), part(2, main));
  });
  const program = [int(1, 1), ...written].flat();
  return Uint8Array.from([int(1, 8), part(2, description), part(502, program)].flat());
}

/** y = wonder(linear(x, w)), with a batch that is open; w is 2 x 3. */
export function tinyProgram(): Uint8Array {
  const weights = tensorType(float32, 2, 3);
  return programModel({
    main: {
      inputs: [named('x', tensorType(float32, null, 3))],
      outputs: ['y'],
      operations: [
        constant('w', weights, blob(weights, 64)),
        constant('mode', tensorType(string), words('fast')),
        operation('linear', { weight: 'w', x: 'x' }, named('xw', tensorType(float32, null, 2))),
        operation(
          'wonder',
          { x: 'xw', mode: 'mode', often: integers(1, 2) },
          named('y', tensorType(float32, null, 2)),
        ),
      ],
    },
  });
}

/** The manifest of a package whose model lies at a path. */
export function manifest(path: string): string {
  const item = { author: 'com.apple.CoreML', name: 'model.mlmodel', path };
  return JSON.stringify({
    fileFormatVersion: '1.0.0',
    itemInfoEntries: { one: item },
    rootModelIdentifier: 'one',
  });
}
