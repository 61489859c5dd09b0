import { xmlText } from '../../../../outside/xml';
import type { Words } from '../print/words';
import { metricText, placeText, verdictText } from './texts';
import type { CheckModel, CheckPlace, CheckReport, CheckVerdict } from './types';

/** One test case: an element within, or none where it passes. */
interface Case {
  readonly name: string;
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
}

/** The report as JUnit's XML: a suite for each model, a case for each limit; what is unknown and may be is skipped. */
export function checkJunit(report: CheckReport, words: Words): string {
  const suites = report.models.map((model) => suiteOf(model.path, casesOf(model, words)));
  const unmatched = report.unmatched.map(({ glob, fails }): Case => {
    const message = words.text('print.check.unmatched', { glob });
    return { name: glob, kind: fails ? 'failure' : 'skipped', message };
  });
  if (unmatched.length > 0) suites.push(suiteOf(report.budget, unmatched));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="siliconlens">\n${suites.join('')}</testsuites>\n`;
}

function casesOf(model: CheckModel, words: Words): Case[] {
  const cases = model.places.flatMap((place) =>
    place.verdicts.map((verdict) => caseOf(model, place, verdict, words)),
  );
  if (model.error === null) return cases;
  return [{ name: model.path, kind: 'error', message: model.error }, ...cases];
}

function caseOf(model: CheckModel, place: CheckPlace, verdict: CheckVerdict, words: Words): Case {
  const against = words.text(`print.check.against.${verdict.against}`);
  const name = `${place.budget}: ${placeText(place, words)}: ${metricText(verdict, words)} (${against})`;
  const message = verdictText(model, place, verdict, words);
  if (verdict.fails) return { name, kind: 'failure', message };
  return { name, kind: verdict.status === 'kept' ? 'passed' : 'skipped', message };
}

function suiteOf(name: string, cases: readonly Case[]): string {
  const count = (kind: Case['kind']): number => cases.filter((one) => one.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const rows = cases.map((one) => caseText(name, one)).join('');
  return `  <testsuite name="${xmlText(name)}" ${counts}>\n${rows}  </testsuite>\n`;
}

function caseText(suite: string, { name, kind, message }: Case): string {
  const head = `    <testcase classname="${xmlText(suite)}" name="${xmlText(name)}"`;
  return kind === 'passed' ? `${head}/>\n` : `${head}><${kind} message="${xmlText(message)}"/></testcase>\n`;
}
