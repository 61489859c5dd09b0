import type { Range, Scope } from '../engine/formats/onnxText/places';
import type { NodePosition } from '../engine/formats/onnxText/positions';
import { newestVersion, operatorNames, schemaAt } from '../engine/operators/schema';
import { canonicalDomain } from '../engine/operators/domain';
import type { Problem } from '../engine/problem';
import type { Analysis } from '../workspace/analysis';
import { importsOf, versionInForce } from '../workspace/textModels';
import { meant } from './textFixes';
import type { TextFix } from './textFixes';

/** The change that mends what is wrong with a node, where there is no doubt. */
export function operatorFix(
  found: Problem,
  { node, scope }: NodePosition,
  range: Range,
  { listing }: Analysis,
): TextFix | undefined {
  const domain = canonicalDomain(node.domain);
  const version = versionInForce(importsOf(listing, scope), domain);
  if (found.code === 'operator.opset-missing') {
    // A function's own header is another place, which the fix does not know.
    if (rootOf(scope).kind === 'function') return undefined;
    return { kind: 'import', domain, version: newestVersion(domain) ?? 1 };
  }
  if (found.code === 'operator.unknown') {
    const names = operatorNames(domain).filter(
      (name) => schemaAt(domain, name, version)?.deprecated === false,
    );
    return replaced(range, meant(node.operator, names));
  }
  if (found.code === 'operator.attribute-unknown') {
    const others = (schemaAt(domain, node.operator, version)?.attributes ?? []).map(({ name }) => name);
    const free = others.filter((name) => !node.attributes.some((one) => one.name === name));
    return replaced(range, meant(String(found.args.attribute), free));
  }
  return found.code === 'operator.attribute-type' ? typeFix(found, range) : undefined;
}

/** Integers where floats are wanted: the type behind the name makes them floats. */
function typeFix(
  { args: { expected, found } }: Problem & { readonly code: 'operator.attribute-type' },
  range: Range,
): TextFix | undefined {
  const isNumber = (expected === 'float' && found === 'int') || (expected === 'floats' && found === 'ints');
  return isNumber
    ? { kind: 'replace', range: { start: range.end, end: range.end }, newText: `: ${expected}` }
    : undefined;
}

function replaced(range: Range, newText: string | undefined): TextFix | undefined {
  return newText === undefined ? undefined : { kind: 'replace', range, newText };
}

/** The graph or function that a scope stands in. */
export function rootOf(scope: Scope): Scope {
  let root = scope;
  while (root.parent) root = root.parent;
  return root;
}
