import type { Attribute, Node } from '../graph/model';
import type { AttributeReader } from '../operators/rule';

/** Attributes of the enclosing function call, by parameter name: what references point to. */
export type AttributeEnvironment = ReadonlyMap<string, Attribute>;

/** Typed access to the attributes of a node, references to those of the enclosing function call resolved. */
export class NodeAttributes implements AttributeReader {
  constructor(
    readonly node: Node,
    private readonly environment: AttributeEnvironment | undefined,
  ) {}

  has(name: string): boolean {
    return this.attribute(name) !== undefined;
  }

  attribute(name: string): Attribute | undefined {
    for (const attribute of this.node.attributes) {
      if (attribute.name === name) return resolveAttribute(attribute, this.environment);
    }
    return undefined;
  }

  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  int(name: string, fallback?: number): number | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'int' ? attribute.value : fallback;
  }

  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  float(name: string, fallback?: number): number | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'float' ? attribute.value : fallback;
  }

  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  string(name: string, fallback?: string): string | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'string' ? attribute.value : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const attribute = this.attribute(name);
    // The text form cannot tell an empty list of floats from one of ints.
    return attribute?.kind === 'ints' || (attribute?.kind === 'floats' && attribute.value.length === 0)
      ? attribute.value
      : undefined;
  }

  floats(name: string): readonly number[] | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'floats' || attribute?.kind === 'ints' ? attribute.value : undefined;
  }

  strings(name: string): readonly string[] | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'strings' ? attribute.value : undefined;
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
