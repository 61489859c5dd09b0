import table from '../attributeLimits.json';
import type { NodeContext } from '../rule';
import { attributePart, type NodeCheck } from './terms';

interface Limit {
  readonly least?: number;
  readonly most?: number;
  readonly among?: readonly number[];
}

function checkLimit(context: NodeContext, name: string, { least, most, among }: Limit): void {
  const single = context.int(name) ?? context.float(name);
  const values = single === undefined ? (context.ints(name) ?? []) : [single];
  const part = attributePart(context, name);
  for (const value of values) {
    if (least !== undefined && value < least)
      context.report('error', 'number-least', { name, value, least }, part);
    else if (most !== undefined && value > most)
      context.report('error', 'number-most', { name, value, most }, part);
    else if (among?.includes(value) === false)
      context.report('error', 'number-choice', { name, value, allowed: among.join(', ') }, part);
    else continue;
    return;
  }
}

/** Single numbers in attributes, by `attributeLimits.json`. */
export const limitChecks: Readonly<Record<string, NodeCheck>> = Object.fromEntries(
  Object.entries(table.limits as Readonly<Record<string, Readonly<Record<string, Limit>>>>).map(
    ([operator, limits]) => [
      operator,
      (context: NodeContext) => {
        for (const [name, limit] of Object.entries(limits)) checkLimit(context, name, limit);
      },
    ],
  ),
);
