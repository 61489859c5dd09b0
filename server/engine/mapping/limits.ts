import type { Chip, ChipClass, Place } from '../chips/chip';
import { countriesOf } from '../chips/countries';
import { isOfVendor } from '../chips/names';
import { modelFor } from '../cost/classes/index';
import { drives } from '../cost/runtimes';
import { profileById } from '../kernels/profile';
import type { Workload } from '../workload';
import { isMoreBetter, type Candidate, type FigureName, type Objective } from './candidate';
import { reaches } from './ratio';

/** What a chip has to fulfil. What is left out or empty limits nothing. */
export interface Limits {
  readonly places?: readonly Place[];
  readonly vendors?: readonly string[];
  readonly classes?: readonly ChipClass[];
  /** ISO 3166 codes of the vendor's seat. */
  readonly countries?: readonly string[];
  /** Chips that cannot be bought too: discontinued, announced, of research. */
  readonly anyStatus?: boolean;
  /** Only chips that are made for training too, whatever the phase. */
  readonly learning?: boolean;
  /** The most of each figure, of rates the least. */
  readonly figures?: Readonly<Partial<Record<FigureName, number>>>;
}

/** Facts of a chip that rule it out. */
type FactName = 'status' | 'place' | 'class' | 'country' | 'phase' | 'vendor' | 'runtime' | 'target';

/** The first limit that a chip breaks. */
export type Broken =
  /** The chip is something else than was asked for; unknown is empty. */
  | {
      readonly limit: FactName | 'precision';
      readonly is: readonly string[];
      readonly wanted: readonly string[];
    }
  /** The model has no room; how many times too large it is. */
  | { readonly limit: 'fit'; readonly times: number | null }
  /** Some of the model does not run there, or nobody knows how long a part of it takes. */
  | { readonly limit: 'whole' }
  /** A figure that a limit or the objective needs is unknown. */
  | { readonly limit: FigureName; readonly value: null }
  /**
   * By how many times a figure is too much, of rates too little; `isOpen`: its range reaches to the other side of the limit.
   */
  | {
      readonly limit: FigureName;
      readonly value: number;
      readonly allowed: number;
      readonly times: number;
      readonly isOpen: boolean;
    };

/** Figures in the order in which their limits are looked at. */
const figureOrder: readonly FigureName[] = [
  'latency',
  'throughput',
  'tokens',
  'watts',
  'energy',
  'memory',
  'price',
];

/** What only the chip itself says: nothing has to be computed for it. */
export function brokenFact(
  chip: Chip,
  limits: Limits,
  { phase, runtime }: Pick<Workload, 'phase' | 'runtime'>,
): Broken | null {
  const { places = [], vendors = [], classes = [], countries = [] } = limits;
  const facts: readonly {
    readonly limit: FactName;
    readonly is: readonly string[];
    readonly wanted: readonly string[];
  }[] = [
    { limit: 'status', is: [chip.status], wanted: limits.anyStatus ? [] : ['shipping', 'own'] },
    { limit: 'place', is: chip.place, wanted: places },
    { limit: 'class', is: [chip.class], wanted: classes },
    { limit: 'country', is: countriesOf(chip), wanted: countries },
    {
      limit: 'phase',
      is: chip.phase,
      wanted: phase === 'training' || limits.learning ? ['training'] : ['inference'],
    },
  ];
  const other = facts.find(({ is, wanted }) => wanted.length > 0 && !wanted.some((one) => is.includes(one)));
  if (other) return other;
  if (vendors.length > 0 && !vendors.some((vendor) => isOfVendor(chip, vendor)))
    return { limit: 'vendor', is: [chip.vendor], wanted: vendors };
  const profile = profileById(runtime ?? '');
  if (profile && !drives(profile, chip))
    return { limit: 'runtime', is: [chip.defaultRuntime], wanted: [profile.id] };
  return modelFor(chip) ? null : { limit: 'target', is: [chip.class], wanted: [] };
}

/** The first limit that a model on a chip breaks, the objective being known among them; null where it keeps all. */
export function brokenFigure(candidate: Candidate, limits: Limits, objective: Objective): Broken | null {
  if (candidate.fits === false) return { limit: 'fit', times: candidate.timesTooLarge };
  if (!candidate.isWhole) return { limit: 'whole' };
  for (const limit of figureOrder) {
    const allowed = limits.figures?.[limit];
    const figure = candidate.figures[limit];
    if (allowed === undefined) continue;
    if (!figure) return { limit, value: null };
    const times = isMoreBetter[limit] ? allowed / figure.value : figure.value / allowed;
    if (times > 1) return { limit, value: figure.value, allowed, times, isOpen: reaches(figure, allowed) };
  }
  return candidate.figures[objective] ? null : { limit: objective, value: null };
}

/** Limits that a figure keeps, while its range reaches beyond them. */
export function openLimits({ figures }: Candidate, limits: Limits): readonly FigureName[] {
  return figureOrder.filter((name) => {
    const allowed = limits.figures?.[name];
    const figure = figures[name];
    return allowed !== undefined && figure !== null && reaches(figure, allowed);
  });
}
