import type { Summary } from '../server/protocol';
import { questionData, type QuestionField } from './content/question';
import { button, element, refill } from './dom';
import { choice, labelled, number } from './fields';
import { choose, command } from './host';
import { KeptFocus } from './keptFocus';
import { text } from './text';

/** Waits for a pause in the typing of a number, in milliseconds. */
const pause = 350;

type Field = HTMLInputElement | HTMLSelectElement;

/**
 * The fields that a report begins with: what its figures stand on. They outlive the figures: each answer is a new report
 * under the same fields, so that a number that is being typed stays.
 */
export class QuestionBar {
  readonly root = element('form', {
    class: 'question',
    submit: (event) => event.preventDefault(),
  });
  private readonly fields = new Map<string, Field>();
  private readonly notes = new Map<string, HTMLElement>();
  private readonly focus = new KeptFocus();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Id of the field with a number that was not asked for yet. */
  private typed: string | undefined;
  private shape = '';

  /** Shows what is in force now. */
  show(summary: Summary): void {
    const { fields, others } = questionData(summary);
    this.root.removeAttribute('aria-busy');
    const shape = JSON.stringify([fields.map(({ id, label, options }) => [id, label, options]), others]);
    if (shape !== this.shape) this.build(fields, others);
    this.shape = shape;
    for (const { id, value, note } of fields) {
      // A number that is being typed is newer than the answer to its beginning.
      if (id !== this.typed) this.fields.get(id)!.value = value;
      this.notes.get(id)!.textContent = note;
    }
  }

  /** Call when the fields are in the page again. */
  restoreFocus(): void {
    this.focus.restore();
  }

  private build(fields: readonly QuestionField[], others: number): void {
    this.fields.clear();
    this.notes.clear();
    // Not where it is made: that is before the page knows its language.
    this.root.setAttribute('aria-label', text('webview.question.title'));
    refill(this.root, [
      ...fields.map((field) => this.fieldOf(field)),
      element(
        'div',
        { class: 'actions' },
        others > 0 &&
          button(text('webview.question.others', { count: others }), () => command('setDimensions'), {
            class: 'link',
          }),
        button(text('webview.chooseChips'), () => command('chooseChips'), { class: 'link' }),
        button(text('webview.findChip'), () => command('findChip'), { class: 'link' }),
      ),
    ]);
  }

  private fieldOf(field: QuestionField): HTMLElement {
    const { id, label, value, options } = field;
    const named = `question-${id}`;
    const made: Field = options
      ? choice(named, options, value, (written) => this.change(field, written))
      : number({ id: named, value, step: 1 }, (written) => this.later(field, written));
    const note = element('span', { class: 'note' });
    this.fields.set(id, this.focus.keep(id, made));
    this.notes.set(id, note);
    const row = labelled(label, made);
    row.append(note);
    return row;
  }

  private later(field: QuestionField, written: string): void {
    clearTimeout(this.timer);
    this.typed = field.id;
    this.timer = setTimeout(() => this.change(field, written), pause);
  }

  private change(field: QuestionField, written: string): void {
    clearTimeout(this.timer);
    this.typed = undefined;
    const change = field.changeTo(written);
    if (change === null) return;
    this.root.setAttribute('aria-busy', 'true');
    choose([change]);
  }
}
