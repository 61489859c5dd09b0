import { entryOf } from '../../../../outside/table';
import { runtimesOf } from '../../cost/runtimes';
import { fact, suggestionOf } from './make';
import table from './runtimes.json';
import { optionOf, shareGained, underWorkload, type Situation } from './trial';
import type { Option, Suggestion } from './types';

/** Runtimes that are tried. */
const mostRuntimes = 3;

/** Another runtime that drives the chip and takes the same file. */
export async function otherRuntime(situation: Situation, least: number): Promise<Suggestion[]> {
  const { analysis, prepared } = situation;
  const { chip, profile, plan } = analysis;
  const takes = entryOf<readonly string[] | string>(table, prepared.model.origin.format) ?? [];
  const others = runtimesOf(chip).filter(({ id }) => id !== profile.id && takes.includes(id));
  const found: { readonly option: Option; readonly kernels: number; readonly name: string }[] = [];
  for (const { id, name } of others.slice(0, mostRuntimes)) {
    const trial = await underWorkload(situation, { runtime: id });
    const option = optionOf(situation, trial, { kind: 'runtime', value: id }, 'runtime');
    const isWorse = trial.fit.fits === false && analysis.fit.fits !== false;
    if (!isWorse && (shareGained(option) ?? 0) >= least)
      found.push({ option, kernels: trial.plan.kernels.length, name });
  }
  const [best, ...rest] = found.sort((a, b) => (shareGained(b.option) ?? 0) - (shareGained(a.option) ?? 0));
  if (!best) return [];
  const facts = {
    from: fact.name(profile.name),
    to: fact.name(best.name),
    kernels: fact.count(plan.kernels.length),
    kernelsAfter: fact.count(best.kernels),
  };
  return [
    suggestionOf(best.option, { code: 'other-runtime', others: rest.map(({ option }) => option), facts }),
  ];
}
