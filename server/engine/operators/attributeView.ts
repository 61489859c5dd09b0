import type { Attribute } from '../graph/model';
import type { AttributeReader } from './rule';

/** Typed reading of attributes, wherever they come from. */
export abstract class AttributeView implements AttributeReader {
  abstract attribute(name: string): Attribute | undefined;

  has(name: string): boolean {
    return this.attribute(name) !== undefined;
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
