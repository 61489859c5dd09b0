import { entryOf } from '../../../../outside/table';
import type { OperatorName } from '../../graph/model';
import type { Inference, InferredNode } from '../../inference/types';
import { nameInOnnx, seenByFusions } from '../../operators/table';
import { memo } from '../../memo';
import type { RuntimeProfile } from '../profile';
import { unmet, type Condition, type Refusal } from './conditions';
import type { FormTable } from './tables';

/** Whether a runtime runs an operator on the accelerator, by itself, in some form. */
export function operatorSupport({ supports }: RuntimeProfile): (node: OperatorName) => boolean {
  const listed = supports?.operators && new Set(supports.operators);
  const except = new Set(supports?.except);
  const runs = (operator: string): boolean => !except.has(operator) && (!listed || listed.has(operator));
  return ({ domain, operator }) => {
    if (isWhole(supports, domain)) return true;
    const own = entryOf(supports?.domains, domain);
    return own ? own.includes(operator) : runs(nameInOnnx(domain, operator));
  };
}

/** Whether all operators of a domain run, in every form. */
function isWhole(supports: RuntimeProfile['supports'], domain: string): boolean {
  return supports?.whole?.includes(domain) ?? false;
}

/** Why a runtime does not run a node on the accelerator, by itself; null where it does. */
export type NodeSupport = (node: InferredNode) => Refusal | null;

/** What a runtime runs: by operators, the types of what they read and write, and their forms. Each node is judged once. */
export function nodeSupport(profile: RuntimeProfile, inference: Inference): NodeSupport {
  return supportOf(inference, profile, null);
}

/** Chips and precisions ask the same of a runtime. */
const supportOf = memo<readonly [Inference, RuntimeProfile], null, NodeSupport>(judged, 1);

function judged(inference: Inference, profile: RuntimeProfile): NodeSupport {
  const runs = operatorSupport(profile);
  const types = new Set(profile.supports?.exceptTypes);
  const forms = profile.supports?.forms;
  const known = new Map<number, Refusal | null>();
  const judge = (flat: InferredNode): Refusal | null => {
    const { operator } = flat.node;
    if (!runs(flat.node)) return { code: 'operator', operator, what: '', found: '', allowed: '' };
    const type = types.size > 0 ? exceptedType(flat, inference, types) : null;
    if (type !== null) return { code: 'tensor', operator, what: '', found: type, allowed: '' };
    return forms && !isWhole(profile.supports, flat.node.domain)
      ? unmet(conditionsOf(forms, flat.node), flat, inference)
      : null;
  };
  return (flat) => {
    let refusal = known.get(flat.index);
    if (refusal === undefined) known.set(flat.index, (refusal = judge(flat)));
    return refusal;
  };
}

function exceptedType(
  { inputs, outputs }: InferredNode,
  { values }: Inference,
  types: ReadonlySet<string>,
): string | null {
  for (const id of [...inputs, ...outputs]) {
    const type = id === null ? undefined : values[id]!.type;
    if (type?.kind === 'tensor' && type.dtype !== undefined && types.has(type.dtype)) return type.dtype;
  }
  return null;
}

/** Conditions of a node: its own by domain, else those of the operator of ONNX whose form it has. */
function conditionsOf(forms: FormTable, name: OperatorName): readonly Condition[] {
  const seen = seenByFusions(name);
  const own =
    entryOf(entryOf(forms.domains, name.domain), name.operator) ??
    (seen.domain === '' ? entryOf(forms.operators, seen.operator) : undefined);
  const common = (forms.every ?? []).filter(
    ({ unless, domain = name.domain }) => !unless?.includes(name.operator) && domain === name.domain,
  );
  return [...common.flatMap(({ conditions }) => conditions), ...(own ?? [])];
}

/** The same forms as if these operators of ONNX and of other formats ran in every form. */
export function inEveryForm(forms: FormTable, names: readonly string[]): FormTable {
  const without = <T>(table: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(table).filter(([name]) => !names.includes(name)));
  const domains = Object.entries(forms.domains ?? {}).map(
    ([domain, table]) => [domain, without(table)] as const,
  );
  return {
    ...forms,
    operators: without(forms.operators),
    domains: Object.fromEntries(domains),
  };
}
