import { zip } from '../zip/zip';

/** What a pickle is made of here: numbers, texts, lists, and what stands in it already. */
type Part = number | string | boolean | null | readonly Part[] | Uint8Array;

const encoder = new TextEncoder();

function joined(parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => [...(typeof part === 'string' ? encoder.encode(part) : part)]),
  );
}

const tuple = (items: readonly Part[]): Uint8Array => joined(['(', ...items.map(part), 't']);
const named = (module: string, name: string): Uint8Array => encoder.encode(`c${module}\n${name}\n`);

/** A part with its opcodes, by protocol 2. */
function part(value: Part): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value === null) return joined(['N']);
  if (typeof value === 'boolean') return joined([[value ? 0x88 : 0x89]]);
  if (typeof value === 'number') return joined([`J`, [0, 8, 16, 24].map((shift) => (value >> shift) & 255)]);
  if (typeof value === 'string') {
    const bytes = encoder.encode(value);
    return joined(['X', [bytes.length & 255, bytes.length >> 8, 0, 0], bytes]);
  }
  return joined([']', '(', ...value.map(part), 'e']);
}

/** A pickle of one value. */
export function pickleOf(value: Part): Uint8Array {
  return joined([[0x80, 2], part(value), '.']);
}

/** A call of a function with its arguments, which nobody makes. */
export function callOf(module: string, name: string, args: readonly Part[]): Uint8Array {
  return joined([named(module, name), tuple(args), 'R']);
}

/** An object of a class with attributes. */
export function objectOf(
  module: string,
  name: string,
  attributes: Readonly<Record<string, Part>>,
): Uint8Array {
  const pairs = Object.entries(attributes).flatMap(([key, value]) => [part(key), part(value)]);
  return joined([named(module, name), ')', [0x81], '}', '(', ...pairs, 'u', 'b']);
}

/** A tensor of floats, stored in a file of the archive. */
export function tensorOf(key: string, sizes: readonly number[], type = 'FloatStorage'): Uint8Array {
  const count = sizes.reduce((a, b) => a * b, 1);
  const storage = joined([tuple(['storage', named('torch', type), key, 'cpu', count]), 'Q']);
  return callOf('torch._utils', '_rebuild_tensor_v2', [
    storage,
    0,
    tuple(sizes),
    tuple(sizes.map(() => 1)),
    false,
  ]);
}

const code = `class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  training : bool
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    weight = self.weight
    y = torch.linear(x, weight)
    rows = ops.prim.NumToTensor(torch.size(y, 0))
    z = torch.view(torch.relu_(y), [int(torch.mul(rows, CONSTANTS.c0))])
    return ops.mine.wonder(z, [1, 2])
`;

/** An archive of a module of one layer, as torch.jit.save writes it; with other code where that is given. */
export function script(own = code, more: Readonly<Record<string, string | Uint8Array>> = {}): Uint8Array {
  return zip({
    'm/data.pkl': pickleOf(objectOf('__torch__', 'Net', { training: false, weight: tensorOf('0', [2, 3]) })),
    'm/code/__torch__.py': own,
    'm/data/0': new Uint8Array(24),
    'm/constants.pkl': pickleOf([tensorOf('0', [], 'LongStorage')]),
    'm/constants/0': Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0]),
    'm/traced_inputs.pkl': pickleOf(joined(['}', '(', part('forward'), part([tensorOf('1', [5, 3])]), 'u'])),
    ...more,
  });
}

/** An archive whose `forward` has these lines. */
export function scriptOf(lines: string): Uint8Array {
  const body = lines.split('\n').map((line) => `    ${line}\n`);
  return script(`${code.slice(0, code.indexOf('    weight = '))}${body.join('')}`);
}
