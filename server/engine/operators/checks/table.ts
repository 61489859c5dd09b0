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
  ...contribChecks,
  demandChecks,
]) {
  for (const [name, check] of Object.entries(group)) checks.set(name, [...(checks.get(name) ?? []), check]);
}

const none: readonly NodeCheck[] = [];

/** What the shapes and numbers of an operator's inputs and attributes have to fulfil; standard operators stand by name. */
export function checksOf({ domain, operator }: Node): readonly NodeCheck[] {
  const canonical = canonicalDomain(domain);
  return checks.get(canonical === '' ? operator : `${canonical}.${operator}`) ?? none;
}
