import { element } from './dom';

/** What a list offers: the value, and what people read. */
export type Option = readonly [value: string, label: string];

export function labelled(label: string, field: HTMLElement): HTMLElement {
  return element('label', {}, element('span', {}, label), field);
}

/** A list of which one is chosen. */
export function choice(
  id: string,
  options: readonly Option[],
  chosen: string,
  change: (value: string) => void,
): HTMLSelectElement {
  const field = element(
    'select',
    { id, change: () => change(field.value) },
    options.map(([value, label]) => element('option', { value, selected: value === chosen }, label)),
  );
  return field;
}

/** A number of at least 0, told with each letter. */
export function number(
  { id, value, step }: { readonly id: string; readonly value: string; readonly step: number | 'any' },
  change: (written: string) => void,
): HTMLInputElement {
  const field = element('input', {
    type: 'number',
    min: 0,
    step,
    id,
    value,
    input: () => change(field.value),
  });
  return field;
}
