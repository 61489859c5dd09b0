import type { Node } from '../../graph/model';
import { canonicalDomain } from '../domain';
import { attentionChecks } from './attention';
import { classicChecks } from './classic';
import { contribChecks } from './contrib';
import { demandChecks } from './demands';
import { indexChecks } from './indices';
import { layerChecks } from './layers';
import { limitChecks } from './limits';
import { movementChecks } from './movement';
import { otherChecks } from './others';
import type { NodeCheck } from './terms';
import { windowChecks } from './windows';

const checks = new Map<string, NodeCheck[]>();
for (const group of [
  limitChecks,
  movementChecks,
  indexChecks,
  windowChecks,
  layerChecks,
  attentionChecks,
  classicChecks,
  otherChecks,
]) {
  for (const [name, check] of Object.entries(group)) checks.set(name, [...(checks.get(name) ?? []), check]);
}

/** What ONNX Runtime asks of its own operators too, by `inputShapes.json` and `demands.json`. */
const withDemands = new Map(checks);
for (const group of [...contribChecks, demandChecks]) {
  for (const [name, check] of Object.entries(group))
    withDemands.set(name, [...(withDemands.get(name) ?? []), check]);
}

const none: readonly NodeCheck[] = [];

/**
 * What the shapes and numbers of an operator's inputs and attributes have to fulfil; standard operators stand by name.
 * @param hasOnnxNodes whether the node is one of an ONNX file: graphs that are made from other files use operators in ways that ONNX Runtime
 * has no kernel for, such as a rotation without tables
 */
export function checksOf({ domain, operator }: Node, hasOnnxNodes: boolean): readonly NodeCheck[] {
  const canonical = canonicalDomain(domain);
  const name = canonical === '' ? operator : `${canonical}.${operator}`;
  return (hasOnnxNodes ? withDemands : checks).get(name) ?? none;
}
