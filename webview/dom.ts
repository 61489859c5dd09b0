import type { Heading } from './content/terms';

type Child = Node | string | null | undefined | false;
/** Lists may be of any length: they are appended one by one. */
type Children = Child | readonly Child[];
type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void) | undefined>>;

/** Builds an element. Strings become text nodes, so nothing that a file says is ever read as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Children[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== undefined) made.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) made.append(child);
  }
  return made;
}

/** Puts children in the place of those that an element has. */
export function refill(place: HTMLElement, children: readonly (Node | string)[]): void {
  place.replaceChildren();
  for (const child of children) place.append(child);
}

/**
 * A column head or the name of a figure; what explains it comes up while the pointer rests on it or it has the focus, and
 * when it is pressed (terms.ts).
 */
export function titled({ label, term }: Heading): Node | string {
  return term === null ? label : button(label, () => {}, { class: 'term', 'data-term': term });
}

/** The head and the body of a table; a text in the head is the heading of a column. */
export function tableParts(
  heads: readonly (HTMLElement | string)[],
  rows: readonly HTMLElement[],
): HTMLElement[] {
  const cells = heads.map((head) =>
    typeof head === 'string' ? element('th', { scope: 'col' }, head) : head,
  );
  return [element('thead', {}, element('tr', {}, cells)), element('tbody', {}, rows)];
}

export function button(
  label: Node | string,
  press: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  return element('button', { type: 'button', click: press, ...attributes }, label);
}
