import type { RankResult } from '../server/protocol';
import {
  countryName,
  figureFields,
  figureText,
  noWish,
  withEntry,
  withFigure,
  withPrices,
  type Wish,
} from './content/finderWish';
import { precisionName } from './content/question';
import { button, element } from './dom';
import { choice, labelled, number, type Option } from './fields';
import { text, word } from './text';

/** What the fields need of the page. */
export interface FieldsHost {
  readonly wish: () => Wish;
  /** `isOther`: other fields belong to it, so they are drawn anew. */
  readonly change: (wish: Wish, isOther?: boolean) => void;
}

type Choices = RankResult['choices'];

/** Limits and the objective as fields. */
export function finderFields(choices: Choices, ownPhase: string, host: FieldsHost): HTMLElement {
  return element(
    'form',
    { class: 'finder-fields', submit: (event) => event.preventDefault() },
    element('h2', {}, text('webview.finder.limits')),
    element('div', { class: 'fields' }, oneOf(choices, ownPhase, host)),
    element('div', { class: 'checks' }, severalOf(choices, host), switches(host)),
  );
}

const named = (list: Choices['places']): Option[] => list.map(({ id, name }) => [id, name]);

/** What has one value: the objective, figures, and of what all chips are to be. */
function oneOf(choices: Choices, ownPhase: string, { wish, change }: FieldsHost): HTMLElement[] {
  const now = wish();
  const language = document.documentElement.lang;
  const any: Option = ['', text('webview.finder.any')];
  const objectives = choices.objectives
    .filter((one) => one !== 'price' || now.hasPrices)
    .map((one): Option => [one, text(`webview.finder.objective.${one}`)]);
  const countries = choices.countries.map((code): Option => [code, countryName(code, language)]);
  const ownName = text('webview.finder.ownPhase', { phase: word('webview.phase', ownPhase) });
  const phases = choices.phases.filter((one) => one !== ownPhase).map(phaseOption);
  const figures = figureFields(now).map((field) => {
    const write = (written: string): void => change(withFigure(wish(), field, written));
    const id = `finder-most-${field.figure}`;
    return labelled(field.label, number({ id, value: figureText(now, field), step: 'any' }, write));
  });
  return [
    finderChoice('objective', objectives, now.objective, (one) =>
      change({ ...wish(), objective: one as Wish['objective'] }),
    ),
    ...figures,
    finderChoice('class', [any, ...named(choices.classes)], now.class, (one) =>
      change({ ...wish(), class: one }),
    ),
    finderChoice('country', [any, ...countries], now.country, (country) => change({ ...wish(), country })),
    finderChoice('phase', [['', ownName], ...phases], now.phase, (phase) => change({ ...wish(), phase })),
  ];
}

/** What may have several values. */
function severalOf(choices: Choices, { wish, change }: FieldsHost): HTMLElement[] {
  const precisions = choices.precisions.map((one): Option => [one, precisionName(one)]);
  const now = wish();
  return [
    checks('place', named(choices.places), now.places, (places) => change({ ...wish(), places })),
    checks('precisions', precisions, now.precisions, (some) => change({ ...wish(), precisions: some })),
  ];
}

function switches({ wish, change }: FieldsHost): HTMLElement {
  const { anyStatus: isAny, hasPrices: isPriced } = wish();
  const clear = (): void => change({ ...noWish, prices: wish().prices }, true);
  return element(
    'div',
    {},
    check(text('webview.finder.anyStatus'), isAny, (anyStatus) => change({ ...wish(), anyStatus })),
    check(text('webview.finder.prices'), isPriced, (isOn) => change(withPrices(wish(), isOn), true)),
    button(text('webview.finder.clear'), clear, { class: 'link' }),
  );
}

function phaseOption(phase: string): Option {
  return [phase, word('webview.phase', phase)];
}

function finderChoice(
  name: 'objective' | 'class' | 'country' | 'phase',
  options: readonly Option[],
  chosen: string,
  change: (value: string) => void,
): HTMLElement {
  const label = text(`webview.finder.${name}`);
  return labelled(label, choice(`finder-${name}`, options, chosen, change));
}

function checks(
  name: 'place' | 'precisions',
  options: readonly Option[],
  chosen: readonly string[],
  change: (chosen: string[]) => void,
): HTMLElement {
  let now = chosen;
  return element(
    'fieldset',
    { id: `finder-${name}` },
    element('legend', {}, text(`webview.finder.${name}`)),
    options.map(([value, label]) =>
      check(label, chosen.includes(value), (isOn) => change([...(now = withEntry(now, value, isOn))])),
    ),
  );
}

function check(label: string, isOn: boolean, change: (isOn: boolean) => void): HTMLElement {
  const box = element('input', { type: 'checkbox', checked: isOn, change: () => change(box.checked) });
  return element('label', { class: 'check' }, box, ' ', label);
}
