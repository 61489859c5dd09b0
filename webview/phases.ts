import type { Summary } from '../server/protocol';
import { scatterChart, type ChartView } from './charts/chart';
import { phasesCurves, phasesData, phasesNotes, type Phases } from './content/phases';
import { button, element, refill } from './dom';
import { labelled, number } from './fields';
import { remember, requestPhases, state } from './host';
import { table } from './tables/table';
import { text } from './text';

/** Of more chips the first ones are asked about. */
const mostChips = 5;

const sizes = ['prompt', 'context', 'answer', 'accepted'] as const;
const usual = { prompt: 1024, context: 1024, answer: 256, accepted: 1 };

/** Prefill and decode of a language model on the chosen chips, worked out when it is opened. */
export class PhasesView implements ChartView {
  readonly root: HTMLElement;
  private readonly answer = element('div', { class: 'scroll' });
  private readonly curves = element('div', { class: 'pair' });
  private readonly status = element('p', { class: 'status', role: 'status' });
  private charts: ChartView[] = [];
  private found: Phases[] = [];
  private readonly asking = { ...usual };
  private isDrawn = false;
  /** Grows when other figures are wanted: those on their way are none of them any more. */
  private asked = 0;

  constructor(private readonly summary: Summary) {
    const details = element(
      'details',
      {
        open: state().arePhasesOpen === true,
        toggle: () => {
          remember({ arePhasesOpen: details.open });
          if (details.open && this.asked === 0) void this.ask();
        },
      },
      element('summary', {}, text('webview.phases.open')),
      this.fields(),
      this.status,
      this.answer,
      element('p', { class: 'note' }, text('webview.phases.note')),
      this.curves,
    );
    this.root = element(
      'section',
      { class: 'what-if', id: 'phases' },
      element('h2', {}, text('webview.phases.title')),
      details,
    );
  }

  draw(): void {
    this.isDrawn = true;
    this.charts.forEach((chart) => chart.draw());
  }

  highlight(): void {}

  dispose(): void {
    this.asked = -1;
    this.charts.forEach((chart) => chart.dispose());
  }

  private fields(): HTMLElement {
    const written = sizes.map((name) =>
      labelled(
        text(`webview.phases.asked.${name}`),
        number(
          { id: `phases-${name}`, value: String(usual[name]), step: name === 'accepted' ? 'any' : 1 },
          (value) => {
            this.asking[name] = Math.max(1, Number(value) || usual[name]);
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
          void this.ask();
        },
      },
      written,
      button(text('webview.phases.ask'), () => void this.ask()),
    );
  }

  /** One chip after the other: what is there is shown. */
  private async ask(): Promise<void> {
    const asked = ++this.asked;
    const { summary } = this;
    const chips = summary.chips.slice(0, mostChips);
    this.found = [];
    for (const { id, name } of chips) {
      this.status.textContent = text('webview.whatIf.asking', { chip: name });
      try {
        const { phases } = await requestPhases({ chip: id, ...this.asking });
        if (asked !== this.asked) return;
        if (phases) this.found.push(phases);
      } catch (error) {
        if (asked === this.asked) this.status.textContent = (error as Error).message;
        return;
      }
      this.show();
    }
    const more = summary.chips.length - chips.length;
    this.status.textContent = more > 0 ? text('webview.whatIf.moreChips', { count: more }) : '';
  }

  private show(): void {
    const nameOf = (chip: string): string => this.summary.chips.find(({ id }) => id === chip)?.name ?? chip;
    refill(this.answer, [
      table(phasesData(this.found, nameOf)),
      ...phasesNotes(this.found, nameOf).map((note) => element('p', {}, note)),
    ]);
    this.charts.forEach((chart) => chart.dispose());
    this.charts = phasesCurves(this.found, nameOf).map(scatterChart);
    refill(
      this.curves,
      this.charts.map((chart) => chart.root),
    );
    if (this.isDrawn) this.charts.forEach((chart) => chart.draw());
  }
}
