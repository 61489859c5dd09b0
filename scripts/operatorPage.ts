import { knownDomains, operatorNames, schemasOf } from '../server/engine/operators/schema';
import { allOperators, ruleOf } from '../server/engine/operators/table';
import type { OperatorRule } from '../server/engine/operators/rule';

/** Source texts of the rules by path under server/engine/operators. */
export type RuleSources = ReadonlyMap<string, string>;

const header = `# Operators

Written by \`npm run operators:docs\` from the operator table; do not edit. \`|X|\` is the number of elements of X; a
multiply-accumulate is 2 operations; matrix, vector and special (exponential, root, logarithm, ...) operations are
counted apart. Bytes are those of inputs, weights and outputs unless the formula says what is touched.

Attention as one operator counts the pairs of queries and keys that its causal mask or window leaves, and of a cache the
rows in the window: kernels for it leave out the rest, about half of a causal prompt. Written as MatMul, Softmax and MatMul with a
mask, all pairs are computed and all rows read, whatever the mask says, and that is what is counted; the hover of a
causal attention says so.

State: \`exact\` has a rule of its own for types, shapes and work; \`default\` counts the bytes of declared inputs and
outputs. An operator that is not listed is expanded by its model-local function, else treated as \`default\`.
`;

/** The text of docs/operators.md. */
export function operatorPage(sources: RuleSources): string {
  const domains = [...new Set([...knownDomains, ...allOperators.map(({ domain }) => domain)])];
  const sections = domains.map((domain) => section(domain, sources));
  return `${header}\n${sections.join('\n')}`;
}

function section(domain: string, sources: RuleSources): string {
  const own = allOperators.filter((rule) => rule.domain === domain).map(({ name }) => name);
  const names = [...new Set([...operatorNames(domain), ...own])].sort();
  const covered = names.filter((name) => ruleOf(domain, name)).length;
  const rows = names.map((name) => row(domain, name, sources));
  return [
    `## ${domain === '' ? 'ai.onnx' : domain}`,
    '',
    `${covered} of ${names.length} with a rule of their own.`,
    '',
    '| operator | versions | shape rule | work | state |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function row(domain: string, name: string, sources: RuleSources): string {
  const rule = ruleOf(domain, name);
  const versions = schemasOf(domain, name).map(({ since }) => since);
  const cells = [
    name,
    versions.join(', ') || '1',
    rule ? shapeCell(rule, sources) : 'as declared',
    rule ? workText(rule) : 'bytes only',
    rule ? 'exact' : 'default',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function workText(rule: OperatorRule): string {
  if (rule.view === true) return 'view: no operations, no bytes';
  return rule.formula ?? (rule.work ? 'see the rule' : '0 operations');
}

/** Folders with the rules of domains whose names are those of operators elsewhere. */
const folders: ReadonlyMap<string, string> = new Map([
  ['com.microsoft', 'contrib/'],
  ['ai.onnx.ml', 'ml/'],
  ['stablehlo', 'stablehlo/'],
  ['chlo', 'stablehlo/'],
]);

/** The file that states the rule, chosen by the domain's folder and the name between quotes. */
function shapeCell({ domain, name }: OperatorRule, sources: RuleSources): string {
  const folder = folders.get(domain) ?? '';
  const files = [...sources].filter(
    ([path, text]) =>
      text.includes(`'${name}'`) &&
      !path.includes('test') &&
      (folder === 'stablehlo/' || !path.startsWith('stablehlo/')),
  );
  const namesDomain = files.find(([, text]) => domain !== '' && text.includes(`'${domain}'`));
  const inFolder = files.filter(([path]) => path.slice(0, path.lastIndexOf('/') + 1) === folder);
  const file = (namesDomain ?? inFolder[0] ?? files[0])?.[0];
  return file === undefined ? 'own' : `[${file}](../server/engine/operators/${file})`;
}
