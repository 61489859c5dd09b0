import type { Attribute, Node } from '../graph/model';
import { AttributeView } from '../operators/attributeView';

/** Attributes of the enclosing function call, by parameter name: what references point to. */
export type AttributeEnvironment = ReadonlyMap<string, Attribute>;

/** Typed access to the attributes of a node, references to those of the enclosing function call resolved. */
export class NodeAttributes extends AttributeView {
  constructor(
    readonly node: Node,
    private readonly environment: AttributeEnvironment | undefined,
  ) {
    super();
  }

  attribute(name: string): Attribute | undefined {
    for (const attribute of this.node.attributes) {
      if (attribute.name === name) return resolveAttribute(attribute, this.environment);
    }
    return undefined;
  }
}

/** The attribute itself, or what its reference points to under its own name; undefined where that is absent. */
export function resolveAttribute(
  attribute: Attribute,
  environment: AttributeEnvironment | undefined,
): Attribute | undefined {
  if (attribute.kind !== 'reference') return attribute;
  const target = environment?.get(attribute.value);
  return target && { ...target, name: attribute.name };
}
