import { glossaryMessage, type Term } from '../l10n/glossary';
import { termParts } from './content/terms';
import { element, refill } from './dom';
import { spoken, text } from './text';

const id = 'term-tip';
/** Until the pointer has come to rest, and until it has reached the tip, in milliseconds. */
const restMilliseconds = 300;
/** Between a name and its tip, and between a tip and the edge of the page, in pixels. */
const gap = 4;

/** Shows what a term means while the pointer rests on what names it, while that has the focus, and when it is pressed. */
export function explainTerms(): void {
  new TermTip(document.body);
}

class TermTip {
  private readonly tip = element('div', { id, role: 'tooltip', class: 'term-tip', hidden: true });
  /** What the tip explains. */
  private anchor: HTMLElement | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly body: HTMLElement) {
    body.append(this.tip);
    body.addEventListener('mouseover', ({ target }) => this.pointAt(target));
    body.addEventListener('mouseleave', () => this.pointAt(null));
    body.addEventListener('focusin', ({ target }) => this.show(namedBy(target)));
    body.addEventListener('focusout', () => this.hide());
    body.addEventListener('click', ({ target }) => this.press(target));
    window.addEventListener('keydown', ({ key }) => key === 'Escape' && this.hide());
    window.addEventListener('scroll', () => this.place(), { capture: true, passive: true });
  }

  private pointAt(target: EventTarget | null): void {
    const at = namedBy(target);
    clearTimeout(this.timer);
    if (at !== null) {
      if (at !== this.anchor) this.timer = setTimeout(() => this.show(at), restMilliseconds);
      return;
    }
    const isWanted = this.anchor === document.activeElement || (target && this.tip.contains(target as Node));
    if (this.anchor && !isWanted) this.timer = setTimeout(() => this.hide(), restMilliseconds);
  }

  private press(target: EventTarget | null): void {
    const at = namedBy(target);
    // A press on a head that sorts draws another one.
    if (at?.isConnected) this.show(at);
    else if (!this.tip.contains(target as Node)) this.hide();
  }

  private show(at: HTMLElement | null): void {
    clearTimeout(this.timer);
    if (at === null || at === this.anchor) return;
    this.hide();
    this.anchor = at;
    refill(this.tip, explained(at.dataset.term as Term));
    this.tip.hidden = false;
    at.setAttribute('aria-describedby', id);
    this.place();
  }

  private hide(): void {
    clearTimeout(this.timer);
    this.anchor?.removeAttribute('aria-describedby');
    this.anchor = null;
    this.tip.hidden = true;
  }

  /** Below what it explains, above it where there is no room; never beyond the page. */
  private place(): void {
    if (!this.anchor) return;
    const { top, bottom, left } = this.anchor.getBoundingClientRect();
    const { clientWidth, clientHeight } = this.body.ownerDocument.documentElement;
    if (!this.anchor.isConnected || bottom < 0 || top > clientHeight) return this.hide();
    const { offsetWidth, offsetHeight } = this.tip;
    const isBelow = bottom + gap + offsetHeight <= clientHeight || top < clientHeight - bottom;
    this.tip.style.top = `${isBelow ? bottom + gap : Math.max(gap, top - gap - offsetHeight)}px`;
    this.tip.style.left = `${Math.max(gap, Math.min(left, clientWidth - gap - offsetWidth))}px`;
  }
}

function namedBy(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-term]') : null;
}

/** Name, what it is, why it matters, an example. */
export function explained(term: Term): HTMLElement[] {
  const say = (part: 'name' | (typeof termParts)[number]): string =>
    glossaryMessage(spoken(), `glossary.${term}.${part}`);
  return [
    element('strong', {}, say('name')),
    ...termParts.map((part) =>
      part === 'what'
        ? element('p', {}, say(part))
        : element('p', {}, element('em', {}, text(`webview.term.${part}`)), ' ', say(part)),
    ),
  ];
}
