import { endOfQuoted } from '../quoted';
import type { Node } from './model';

/** What torch.onnx writes where a node belongs to no module. */
const noModule = '_empty_nn_module_stack_from_metadata_hook';

/**
 * The path of the module that a node was exported from, with dots (`encoder.layer.0.attention`); '' where the
 * exporter wrote none. Newer torch exporters keep it in metadata (`pkg.torch.onnx.name_scopes`, a Python list of
 * ever longer paths that ends in the node itself), older ones and TensorFlow in the node's name
 * (`/encoder/layer.0/attention/MatMul`).
 */
export function moduleScope(node: Pick<Node, 'name' | 'metadata'>): string {
  const scopes = node.metadata.find(([key]) => key === 'pkg.torch.onnx.name_scopes')?.[1];
  if (scopes !== undefined) {
    const path = pythonStrings(scopes).at(-2) ?? '';
    return path === noModule ? '' : path;
  }
  if (!node.name.includes('/')) return '';
  const steps = node.name.split('/').slice(0, -1);
  return steps.filter((step) => step !== '').join('.');
}

/** The steps of a module path; a number belongs to the list before it: `layer.0` is one step. */
export function scopeSteps(scope: string): string[] {
  const steps: string[] = [];
  for (const part of scope.split('.')) {
    const last = steps.length - 1;
    if (/^\d+$/.test(part) && last >= 0) steps[last] += `.${part}`;
    else if (part !== '') steps.push(part);
  }
  return steps;
}

/** The strings of a printed Python list such as `['', 'model', "it's"]`. */
function pythonStrings(list: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < list.length; at++) {
    if (list[at] !== "'" && list[at] !== '"') continue;
    const end = endOfQuoted(list, at);
    if (end === null) break;
    found.push(list.slice(at + 1, end - 1));
    at = end - 1;
  }
  return found;
}
