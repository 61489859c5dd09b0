import type { RuntimeProfile } from '../../kernels/profile';
import { refusedForm } from '../../kernels/support/conditions';
import { inEveryForm, nodeSupport } from '../../kernels/support/support';
import { addTo } from '../../lists';
import { nameInOnnx } from '../../operators/table';
import { fact, suggestionOf } from './make';
import { optionOf, shareGained, underProfile, type Situation, type Trial } from './trial';
import type { Option, Suggestion } from './types';

/** Operators that are looked at one by one. */
const mostOperators = 2;

/** What the runtime does not run on the chip: what would be saved if these nodes were written with operators that it runs. */
export async function fallbacks(
  situation: Situation,
  least: number,
  isLarge: boolean,
): Promise<Suggestion[]> {
  const byOperator = refusedNodes(situation);
  if (byOperator.size === 0) return [];
  const all = await taken(situation, byOperator);
  const found: Suggestion[] = [];
  const most = [...byOperator].sort(([, a], [, b]) => b.length - a.length).slice(0, mostOperators);
  for (const [operator, nodes] of byOperator.size > 1 && !isLarge ? most : []) {
    const one = await taken(situation, new Map([[operator, nodes]]));
    if ((shareGained(one.option) ?? 0) >= least) found.push(told(situation, one, nodes));
  }
  // What only helps together is told as one.
  if (found.length === 0 && (shareGained(all.option) ?? 0) >= least)
    found.push(told(situation, all, [...byOperator.values()].flat()));
  return found;
}

/** Nodes on the host because of their operator, by its name. */
function refusedNodes({ prepared, analysis }: Situation): Map<string, number[]> {
  const { plan, cost, profile } = analysis;
  const refusal = nodeSupport(profile, prepared.inference);
  const found = new Map<string, number[]>();
  for (const { kernel, unit } of cost.kernels) {
    if (!unit) continue;
    for (const index of plan.kernels[kernel]?.nodes ?? []) {
      const node = prepared.inference.nodes[index]!;
      if (plan.covered?.[index] === 1 || !refusal(node)) continue;
      addTo(found, nameInOnnx(node.node.domain, node.node.operator), index);
    }
  }
  return found;
}

interface Taken {
  readonly option: Option;
  readonly trial: Trial;
}

/** The runtime as if it ran these operators. */
async function taken(
  situation: Situation,
  byOperator: ReadonlyMap<string, readonly number[]>,
): Promise<Taken> {
  const trial = await underProfile(situation, running(situation, byOperator), true);
  const crossings = linksOf(situation.analysis);
  const isMoved = crossings.seconds > hostSeconds(situation, [...byOperator.values()].flat());
  const option = optionOf(situation, trial, { kind: 'graph', value: isMoved ? 'move' : 'replace' }, 'edit');
  return { option, trial };
}

function running(
  { prepared, analysis }: Situation,
  byOperator: ReadonlyMap<string, readonly number[]>,
): RuntimeProfile {
  const { profile } = analysis;
  const { supports } = profile;
  if (!supports) return profile;
  const names = [...byOperator.keys()];
  const nodes = [...byOperator.values()].flat().map((index) => prepared.inference.nodes[index]!.node);
  const ofDomain = (domain: string): string[] =>
    nodes.filter((node) => node.domain === domain).map(({ operator }) => operator);
  const domains = Object.entries(supports.domains ?? {}).map(([domain, list]) => [
    domain,
    [...list, ...ofDomain(domain)],
  ]);
  return {
    ...profile,
    supports: {
      ...supports,
      ...(supports.forms && {
        forms: inEveryForm(supports.forms, [...names, ...nodes.map(({ operator }) => operator)]),
      }),
      operators: supports.operators && [...supports.operators, ...names],
      except: (supports.except ?? []).filter((name) => !names.includes(name)),
      ...(supports.domains && { domains: Object.fromEntries(domains) as Readonly<Record<string, string[]>> }),
    },
  };
}

/** Transfers between chip and host. */
function linksOf({ cost }: Situation['analysis']): {
  readonly count: number;
  readonly seconds: number;
  readonly bytes: number;
} {
  const links = cost.kernels.filter(({ bound }) => bound === 'link');
  return {
    count: links.length,
    seconds: links.reduce((sum, { seconds }) => sum + (seconds?.value ?? 0), 0),
    bytes: links.reduce((sum, { bytes }) => sum + Object.values(bytes).reduce((all, one) => all + one, 0), 0),
  };
}

function hostSeconds({ analysis }: Situation, nodes: readonly number[]): number {
  const kernels = new Set(nodes.map((node) => analysis.plan.kernelOfNode[node]!));
  let sum = 0;
  for (const kernel of kernels)
    sum +=
      (analysis.cost.kernels[kernel]?.seconds?.value ?? 0) * (analysis.plan.kernels[kernel]?.repeat ?? 1);
  return sum;
}

/** The forms of operators of these nodes that the runtime refuses, each once. */
function formsOf({ prepared, analysis }: Situation, nodes: readonly number[]): string {
  const refusal = nodeSupport(analysis.profile, prepared.inference);
  const forms = nodes.map((index) => {
    const flat = prepared.inference.nodes[index]!;
    const { domain, operator } = flat.node;
    const [name, why] = [nameInOnnx(domain, operator), refusal(flat)];
    return why ? refusedForm(name, why) : name;
  });
  return [...new Set(forms)].join(', ');
}

function told(situation: Situation, { option, trial }: Taken, nodes: readonly number[]): Suggestion {
  const { profile } = situation.analysis;
  const [before, after] = [linksOf(situation.analysis), linksOf(trial)];
  const isMoved = option.change.kind === 'graph' && option.change.value === 'move';
  const facts = {
    operators: fact.name(formsOf(situation, nodes)),
    count: fact.count(nodes.length),
    runtime: fact.name(profile.name),
    host: fact.seconds(hostSeconds(situation, nodes)),
    crossings: fact.count(before.count - after.count),
    link: fact.seconds(before.seconds - after.seconds),
    bytes: fact.bytes(before.bytes - after.bytes),
  };
  return suggestionOf(option, { code: isMoved ? 'crossing' : 'cpu-fallback', nodes, facts });
}
