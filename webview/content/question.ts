import type { DimensionChoice, QuestionChange, Summary } from '../../server/protocol';
import { text, word, type TextKey } from '../text';

/** Of many dimensions the first ones have a field; a command asks for the others. */
const mostFields = 8;

/** One thing that the figures stand on, and what it may be instead. */
export interface QuestionField {
  /** Tells fields apart, also from one summary to the next. */
  readonly id: string;
  readonly label: string;
  /** As it stands in the field; empty where nothing is in force. */
  readonly value: string;
  /** What else can be said of the value in force. */
  readonly note: string;
  /** Values with their names; a number where there are none. */
  readonly options: readonly (readonly [value: string, label: string])[] | null;
  /** The change that a written value asks for; null where it is no value. */
  readonly changeTo: (written: string) => QuestionChange | null;
}

export interface QuestionData {
  readonly fields: readonly QuestionField[];
  /** Dimensions and contents without a field. */
  readonly others: number;
}

/** What the figures of a summary stand on, as fields. */
export function questionData({ workload, offers }: Summary): QuestionData {
  const { dimensions, values } = workload;
  const shown = dimensions.slice(0, mostFields);
  return {
    fields: [
      ...shown.map(dimensionField),
      listField('phase', workload.phase, offers.phases, (name) => word('webview.phase', name)),
      listField('precision', workload.precision, offers.precisions, precisionName),
      runtimeField(workload, offers),
    ],
    others: dimensions.length - shown.length + values.length,
  };
}

function dimensionField({ name, value, origin }: DimensionChoice): QuestionField {
  return {
    id: `dimension-${name}`,
    label: name,
    value: value === null ? '' : String(value),
    note: origin === 'binding' ? '' : text(`webview.question.${origin}`),
    options: null,
    changeTo: (written) => {
      const size = written.trim() === '' ? null : Number(written);
      const isSize = size === null || (Number.isSafeInteger(size) && size >= 0);
      return isSize ? { kind: 'dimension', name, value: size } : null;
    },
  };
}

function listField<K extends 'phase' | 'precision'>(
  kind: K,
  value: Summary['workload'][K],
  offered: readonly Summary['workload'][K][],
  nameOf: (value: string) => string,
): QuestionField {
  return {
    id: kind,
    label: text(`webview.question.${kind}` satisfies TextKey),
    value,
    note: '',
    options: offered.map((one) => [one, nameOf(one)]),
    changeTo: (written) => {
      const chosen = offered.find((one) => one === written);
      return chosen === undefined ? null : ({ kind, value: chosen } as QuestionChange);
    },
  };
}

/** The value of "what each chip has by default" is empty, which no runtime's id is. */
function runtimeField({ runtime }: Summary['workload'], offers: Summary['offers']): QuestionField {
  const names = new Set(offers.defaultRuntimes.map((one) => one.runtime));
  const ofDefault = text('webview.question.defaultRuntime', { runtimes: [...names].join(', ') });
  return {
    id: 'runtime',
    label: text('webview.question.runtime'),
    value: runtime ?? '',
    note: '',
    options: [
      ['', ofDefault],
      ...offers.runtimes.map(({ id, name, refused }): [string, string] => [
        id,
        refused.length === 0
          ? name
          : text('webview.question.refused', { runtime: name, chips: refused.join(', ') }),
      ]),
    ],
    changeTo: (written) => ({ kind: 'runtime', value: written === '' ? null : written }),
  };
}

/** A precision as lists name it. */
export function precisionName(precision: string): string {
  return precision === 'as-stored' ? text('webview.finder.asStored') : precision;
}
