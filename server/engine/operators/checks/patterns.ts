import type { NodeContext } from '../rule';
import { hasLeastRank, hasRank, inputPart, inputText } from './terms';

/** A dimension of a pattern: `4`, `N`, `4H` (four times H), or `d...`, any number of them. */
interface Term {
  readonly factor: number;
  readonly name: string | null;
  readonly isRest: boolean;
}

/** What a name stands for, and where that was seen. */
interface Bound {
  readonly size: number;
  readonly reason: string;
}

const parsed = new Map<string, readonly Term[]>();

function termsOf(pattern: string): readonly Term[] {
  let terms = parsed.get(pattern);
  if (!terms) {
    terms = pattern.split(' ').flatMap((text) => {
      const [, factor = '', name = '', rest = ''] = /^(\d*)([A-Za-z_]*)(\.\.\.)?$/.exec(text) ?? [];
      return text === ''
        ? []
        : [{ factor: factor === '' ? 1 : Number(factor), name: name || null, isRest: rest !== '' }];
    });
    parsed.set(pattern, terms);
  }
  return terms;
}

/**
 * Holds the shapes of inputs against patterns such as `N C d...` and `4H C`: the same name is the same size wherever it
 * stands. Sizes that are not numbers fit.
 * @param patterns by input; undefined where nothing is demanded
 * @param known sizes that attributes state
 */
export function checkShapes(
  context: NodeContext,
  patterns: readonly (string | undefined)[],
  known: Readonly<Record<string, number | undefined>> = {},
): void {
  const names = new Map<string, Bound>();
  for (const [name, size] of Object.entries(known))
    if (size !== undefined) names.set(name, { size, reason: name });
  const rests = new Map<string, number>();
  patterns.forEach((pattern, input) => {
    if (pattern !== undefined) new InputMatch(context, input, names, rests).match(termsOf(pattern));
  });
}

class InputMatch {
  constructor(
    private readonly context: NodeContext,
    private readonly input: number,
    private readonly names: Map<string, Bound>,
    /** How many dimensions a name with dots stands for. */
    private readonly rests: Map<string, number>,
  ) {}

  match(terms: readonly Term[]): void {
    const { context, input, rests } = this;
    const shape = context.shape(input);
    if (!shape) return;
    const rest = terms.find(({ isRest }) => isRest)?.name ?? null;
    const length = rest === null ? 0 : rests.get(rest);
    const fixed = terms.length - (rest === null ? 0 : 1);
    if (
      length === undefined ? !hasLeastRank(context, input, fixed) : !hasRank(context, input, fixed + length)
    )
      return;
    const open = shape.length - fixed;
    if (rest !== null) rests.set(rest, open);
    let axis = 0;
    for (const term of terms) {
      if (!term.isRest) this.matchSize(term, axis++, term.name);
      else for (let i = 0; i < open; i++) this.matchSize(term, axis++, `${term.name}${i}`);
    }
  }

  private matchSize({ factor }: Term, axis: number, name: string | null): void {
    const size = this.context.shape(this.input)?.[axis];
    if (typeof size !== 'number') return;
    const seen = `${inputText(this.context, this.input).split(' [')[0]}[${axis}]`;
    if (name === null) return this.expect(axis, size, factor, String(factor));
    const bound = this.names.get(name);
    if (bound) {
      const reason = factor === 1 ? bound.reason : `${factor} × ${bound.reason}`;
      this.expect(axis, size, factor * bound.size, reason);
    } else if (size % factor === 0) {
      this.names.set(name, { size: size / factor, reason: factor === 1 ? seen : `${seen} / ${factor}` });
    } else
      this.context.report('error', 'multiple', {
        what: seen,
        value: size,
        divisor: factor,
        reason: String(factor),
      });
  }

  private expect(axis: number, size: number, expected: number, reason: string): void {
    if (size === expected) return;
    const args = { input: inputText(this.context, this.input), axis, size, expected, reason };
    this.context.report('error', 'size', args, inputPart(this.input));
  }
}
