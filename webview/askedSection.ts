import type { Summary } from '../server/protocol';
import { scatterChart, type ChartView } from './charts/chart';
import type { ScatterData } from './content/chart';
import { element, refill } from './dom';
import { remember, state } from './host';
import { text } from './text';

/** Of more chips the first ones are asked about. */
const mostChips = 5;

/** What tells one section from another. */
export interface Asked<R> {
  readonly id: 'what-if' | 'phases';
  /** Of its texts. */
  readonly words: 'whatIf' | 'phases';
  readonly isOpen: 'isWhatIfOpen' | 'arePhasesOpen';
  /** Null: there is nothing about this chip. */
  readonly request: (chip: string) => Promise<R | null>;
  readonly show: (results: readonly R[], nameOf: (chip: string) => string) => Shown;
}

/** What the answers of some chips look like. */
interface Shown {
  readonly answer: readonly HTMLElement[];
  readonly curves: readonly ScatterData[];
}

/** A folded section about the chosen chips: answers are asked for one chip after the other, first when it is opened. */
export class AskedSection<R> implements ChartView {
  readonly root: HTMLElement;
  private readonly answer = element('div', { class: 'scroll' });
  private readonly curves = element('div', { class: 'curves' });
  private readonly status = element('p', { class: 'status', role: 'status' });
  private charts: ChartView[] = [];
  private results: R[] = [];
  private isDrawn = false;
  /** Grows when other answers are wanted: those on their way are none of them any more. */
  private asked = 0;

  /** @param fieldsOf makes the fields, which ask again or show the same answers otherwise */
  constructor(
    private readonly summary: Summary,
    private readonly about: Asked<R>,
    fieldsOf: (section: AskedSection<R>) => HTMLElement,
  ) {
    const { id, words, isOpen } = about;
    const details = element(
      'details',
      {
        open: state()[isOpen] === true,
        toggle: () => {
          remember({ [isOpen]: details.open });
          if (details.open && this.asked === 0) this.ask();
        },
      },
      element('summary', {}, text(`webview.${words}.open`)),
      fieldsOf(this),
      this.status,
      this.answer,
      element('p', { class: 'note' }, text(`webview.${words}.note`)),
      this.curves,
    );
    this.root = element(
      'section',
      { class: 'what-if', id },
      element('h2', {}, text(`webview.${words}.title`)),
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

  /** Asks anew; what is there is shown. */
  ask(): void {
    void this.askAll(++this.asked);
  }

  /** Shows the answers that are there; as long as there are none, those before stay. */
  show(): void {
    if (this.results.length > 0) this.fill();
  }

  private fill(): void {
    const nameOf = (chip: string): string => this.summary.chips.find(({ id }) => id === chip)?.name ?? chip;
    const { answer, curves } = this.about.show(this.results, nameOf);
    refill(this.answer, answer);
    this.charts.forEach((chart) => chart.dispose());
    this.charts = curves.map(scatterChart);
    refill(
      this.curves,
      this.charts.map((chart) => chart.root),
    );
    if (this.isDrawn) this.charts.forEach((chart) => chart.draw());
  }

  private async askAll(asked: number): Promise<void> {
    const chips = this.summary.chips.slice(0, mostChips);
    this.results = [];
    for (const { id, name } of chips) {
      this.status.textContent = text('webview.whatIf.asking', { chip: name });
      try {
        const result = await this.about.request(id);
        if (asked !== this.asked) return;
        if (result !== null) this.results.push(result);
      } catch (error) {
        if (asked === this.asked) this.status.textContent = (error as Error).message;
        return;
      }
      this.fill();
    }
    const more = this.summary.chips.length - chips.length;
    this.status.textContent = more > 0 ? text('webview.whatIf.moreChips', { count: more }) : '';
  }
}
