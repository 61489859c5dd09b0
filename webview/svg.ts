type Attributes = Readonly<Record<string, string | number>>;

/** An element of a picture. */
export function shape<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes,
  ...children: readonly (Node | string | readonly Node[])[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  for (const child of children.flat()) made.append(child);
  return made;
}
