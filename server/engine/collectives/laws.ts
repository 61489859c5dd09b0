import constants from './constants.json';
import fitted from './fitted.json';
import links from './links.json';
import type { Collective, CollectiveLaw } from './types';

/** Collectives that were not measured: what stands for them, and how much wider their range is. */
const likeOf: Readonly<Partial<Record<Collective, Collective>>> = {
  send: 'alltoall',
  broadcast: 'all_gather',
};
const wider = 1.25;

const laws = [...fitted.laws, ...constants.laws] as unknown as readonly CollectiveLaw[];
const families = links.families.map(({ id, pattern }) => ({ id, pattern: new RegExp(pattern, 'i') }));

/** The family of links that a system file's `kind` belongs to. */
export function familyOf(kind: string): string {
  return families.find(({ pattern }) => pattern.test(kind))!.id;
}

/**
 * The law of a link for a collective. A collective that was not measured has the law of one that moves data alike, as a
 * class and with a wider range.
 */
export function lawOf(family: string, collective: Collective): CollectiveLaw {
  const ofFamily = laws.filter(({ link }) => link === family);
  const of = (wanted: Collective | '*' | undefined): CollectiveLaw | undefined =>
    ofFamily.find((law) => law.collective === wanted);
  const own = of(collective);
  if (own) return own;
  const law = of(likeOf[collective]);
  return law ? { ...law, basis: 'class', low: law.low / wider, high: law.high * wider } : of('*')!;
}
