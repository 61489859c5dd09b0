/** Brings the focus back to where it was when a part of the page is drawn anew. */
export class KeptFocus {
  private last: string | undefined;
  private readonly elements = new Map<string, HTMLElement>();

  /** An element that stands for the one of the same key before. */
  keep<E extends HTMLElement>(key: string, made: E): E {
    this.elements.set(key, made);
    made.addEventListener('focus', () => (this.last = key));
    // Away to something else, and not merely out of a page that is drawn anew.
    made.addEventListener('blur', ({ relatedTarget }) => {
      if (relatedTarget && this.last === key) this.last = undefined;
    });
    return made;
  }

  /** Call when the new part is in the page; a focus that is elsewhere stays there. */
  restore(): void {
    const isLost = (document.activeElement ?? document.body) === document.body;
    if (isLost && this.last !== undefined) this.elements.get(this.last)?.focus({ preventScroll: true });
  }
}
