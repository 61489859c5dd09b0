import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { changeDetector } from '../../changeDetector';
import { operatorPage } from '../../../scripts/operatorPage';
import { operatorSources } from '../../../scripts/operatorSources';
import { knownDomains, operatorNames } from '../../../server/engine/operators/schema';
import { allOperators, ruleOf } from '../../../server/engine/operators/table';

changeDetector('docs/operators.md', () => {
  it('is what the table says (npm run operators:docs)', () => {
    expect(readFileSync('docs/operators.md', 'utf8')).toBe(operatorPage(operatorSources()));
  });
});

it('has a rule for every published operator but those that carry a compiled graph', () => {
  const missing = knownDomains.flatMap((domain) =>
    operatorNames(domain)
      .filter((name) => !ruleOf(domain, name))
      .map((name) => `${domain}.${name}`),
  );
  expect(missing).toEqual(['com.microsoft.EPContext', 'com.microsoft.Snpe']);
});

it('states in words what every work rule counts', () => {
  const silent = allOperators.filter(({ formula, work }) => work !== undefined && (formula ?? '') === '');
  expect(silent.map(({ domain, name }) => `${domain}.${name}`)).toEqual([]);
});
