import type { Summary } from '../server/protocol';
import { AskedSection } from './askedSection';
import type { ChartView } from './charts/chart';
import { phasesCurves, phasesData, phasesNotes, type Phases } from './content/phases';
import { button, element } from './dom';
import { labelled, number } from './fields';
import { requestPhases } from './host';
import { table } from './tables/table';
import { text } from './text';

const sizes = ['prompt', 'context', 'answer', 'accepted'] as const;
const usual = { prompt: 1024, context: 1024, answer: 256, accepted: 1 };

/** Prefill and decode of a language model on the chosen chips, worked out when it is opened. */
export function phasesView(summary: Summary): ChartView {
  const asking = { ...usual };
  return new AskedSection<Phases>(
    summary,
    {
      id: 'phases',
      words: 'phases',
      isOpen: 'arePhasesOpen',
      request: async (chip) => (await requestPhases({ chip, ...asking })).phases,
      show: (found, nameOf) => ({
        answer: [
          table(phasesData(found, nameOf)),
          ...phasesNotes(found, nameOf).map((note) => element('p', {}, note)),
        ],
        curves: phasesCurves(found, nameOf),
      }),
    },
    (section) => fields(asking, () => section.ask()),
  );
}

/** Sizes are written one after the other: they are asked about by the button, or by Enter. */
function fields(asking: Record<(typeof sizes)[number], number>, ask: () => void): HTMLElement {
  const written = sizes.map((name) =>
    labelled(
      text(`webview.phases.asked.${name}`),
      number(
        { id: `phases-${name}`, value: String(usual[name]), step: name === 'accepted' ? 'any' : 1 },
        (value) => {
          asking[name] = Math.max(1, Number(value) || usual[name]);
        },
      ),
    ),
  );
  return element(
    'form',
    {
      class: 'question',
      submit: (event) => {
        event.preventDefault();
        ask();
      },
    },
    written,
    button(text('webview.phases.ask'), ask),
  );
}
