import type { Attribute, Node } from './model';

/** The attribute of a node with this name; undefined where the file does not give it. */
export function attributeNamed({ attributes }: Node, name: string): Attribute | undefined {
  return attributes.find((attribute) => attribute.name === name);
}
