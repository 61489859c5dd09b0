import type { Neighbourhood, Summary } from '../server/protocol';
import { graphNote, graphTable, leastRadius, mostRadius, stepFrom } from './content/graph';
import { modelName } from './content/header';
import { button, element, refill } from './dom';
import { laidOut, type LaidOut } from './graph/layout';
import { graphPicture } from './graph/picture';
import { workload } from './header';
import { remember, requestAround, reveal, state } from './host';
import { inTurn } from './inTurn';
import { runPage, type View } from './page';
import { table } from './tables/table';
import { text } from './text';

/** The last answer stays on screen until the next is there, over a change of choices too. */
let answer: Neighbourhood | undefined;

runPage((summary) => new GraphPage(summary));

/** The nodes around one of a model: a picture to walk in, and the same as a table. */
class GraphPage implements View {
  readonly root: HTMLElement;
  private node = state().node ?? null;
  private radius = state().radius ?? 2;
  private boxes: ReadonlyMap<number, SVGGElement> = new Map();
  private readonly distance = element('span', { role: 'status' });
  private readonly note = element('p', { class: 'note' }, text('webview.graph.pick'));
  private readonly picture = element('div', { class: 'graph' });
  private readonly list = element('div', {});
  private readonly ask = inTurn(
    () => requestAround({ node: this.node ?? 0, radius: this.radius }),
    (around) => this.take(around),
    (reason) => (this.note.textContent = reason),
  );

  constructor(summary: Summary) {
    this.root = element(
      'div',
      { class: 'report', keydown: (event) => this.press(event as KeyboardEvent) },
      element('h1', {}, text('webview.graph.title', { model: modelName(summary.model) })),
      workload(summary),
      element(
        'div',
        { class: 'toolbar' },
        button('−', () => this.widen(-1), { 'aria-label': text('webview.graph.nearer') }),
        this.distance,
        button('+', () => this.widen(1), { 'aria-label': text('webview.graph.further') }),
      ),
      this.note,
      this.picture,
      this.list,
    );
    this.sayDistance();
    if (this.node !== null) this.ask();
  }

  draw(): void {
    if (!answer) return;
    const around = answer;
    const hadFocus = this.picture.contains(document.activeElement);
    const drawn = laidOut(around);
    const { root, boxes } = graphPicture(around, drawn, text('webview.graph.picture'));
    this.boxes = boxes;
    for (const [node, box] of boxes) this.connect(node, box, around, drawn);
    this.picture.replaceChildren(root);
    refill(this.list, [element('div', { class: 'scroll' }, table(graphTable(around)))]);
    this.note.textContent = graphNote(around);
    const center = boxes.get(around.node);
    // The picture scrolls, and not the page around it.
    const place = drawn.places.get(around.node);
    const { clientWidth, clientHeight } = this.picture;
    if (place) this.picture.scrollTo(place.x - clientWidth / 2, place.y - clientHeight / 2);
    if (hadFocus) center?.focus({ preventScroll: true });
  }

  highlight(node: number | null): void {
    if (node !== null && node !== this.node) this.goTo(node);
  }

  dispose(): void {}

  private take(around: Neighbourhood): void {
    answer = around;
    this.draw();
  }

  private goTo(node: number): void {
    this.node = node;
    remember({ node });
    this.ask();
  }

  private widen(step: 1 | -1): void {
    const radius = this.radius + step;
    if (radius < leastRadius || radius > mostRadius) return;
    this.radius = radius;
    remember({ radius });
    this.sayDistance();
    if (this.node !== null) this.ask();
  }

  private sayDistance(): void {
    this.distance.textContent = text('webview.graph.radius', { count: this.radius });
  }

  private press({ key }: KeyboardEvent): void {
    if (key === '+' || key === '-') this.widen(key === '+' ? 1 : -1);
  }

  private connect(node: number, box: SVGGElement, around: Neighbourhood, { places }: LaidOut): void {
    box.addEventListener('click', () => reveal(node));
    box.addEventListener('keydown', (event) => {
      const next = stepFrom(node, event.key, around, places);
      if (event.key === 'Enter') reveal(node);
      else if (event.key === ' ') this.goTo(node);
      else if (next === null) return;
      else this.focus(next);
      event.preventDefault();
    });
  }

  /** One box at a time is in the order of the tab key. */
  private focus(node: number): void {
    for (const [other, box] of this.boxes) box.setAttribute('tabindex', other === node ? '0' : '-1');
    const box = this.boxes.get(node);
    box?.focus();
    box?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}
