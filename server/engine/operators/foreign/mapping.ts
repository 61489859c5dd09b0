import type { OperatorClass } from '../rule';

/**
 * How an operator of another format is seen by a rule of ONNX, as data: which rule, in which order it finds its inputs, how their
 * axes are laid out there, and what it asks of attributes.
 */
export interface Mapping {
  /** The rule of ai.onnx that serves. */
  readonly as: string;
  /** Version of the operator set whose form the mapping has; the newest without it. */
  readonly version?: number;
  /** What stands at each input of the rule; without it the inputs as they are. */
  readonly inputs?: readonly InputMapping[];
  /** Of each result the axes of the operator's own layout in the order of the rule's; null: as they are. */
  readonly outputs?: readonly (readonly number[] | null)[];
  /** Attributes of the rule by name. */
  readonly attributes?: Readonly<Record<string, AttributeMapping>>;
  /** The rule's result has a type of its own there: the file says which. */
  readonly declaredType?: boolean;
  /** The file alone says what comes out: the rule serves for the work. */
  readonly declared?: boolean;
  /** The rule's operator is never computed at load time, and this one is. */
  readonly isFolded?: boolean;
  readonly rescales?: Rescaling;
  /** The attribute that names what is computed on the result within the operator. */
  readonly activation?: string;
  readonly operatorClass?: OperatorClass;
}

/**
 * What quantised tensors cost beside the rule's own work: results are scaled, rounded, shifted and clamped; operands shifted and
 * scaled where their scales differ.
 */
export type Rescaling = 'results' | 'all';

/** An input by its place; null: there is none. */
export type InputMapping =
  | number
  | null
  | {
      readonly at: number;
      /** The axes of the operator's own layout in the order of the rule's. */
      readonly order?: readonly number[];
      /** The rule reads its content as one list. */
      readonly flat?: boolean;
      /** Where it is not given, its content stands in this attribute. */
      readonly otherwise?: string;
      /** The last two axes change places where this attribute is true. */
      readonly swappedBy?: string;
      /** The first two axes are one to the rule: groups and the channels of each. */
      readonly merged?: boolean;
    }
  /** Its content stands in an attribute: one number, or a list. */
  | { readonly attribute: string };

export type AttributeMapping =
  /** That of another name. */
  | string
  /** That of another name, or a number where it is not given. */
  | { readonly copy: string; readonly otherwise: number }
  /** A list of another name; an empty one counts as not given. */
  | { readonly filled: string }
  /** The same for all nodes. */
  | { readonly value: number | string | readonly number[] }
  /** One text for another; where there is none, the attribute is left out. */
  | { readonly of: string; readonly values: Readonly<Record<string, string | number>> }
  /** A list of several attributes. */
  | { readonly list: readonly string[] }
  /** A list of axes, each counted from the first one where it is negative. */
  | { readonly axes: string }
  /** The first of a list. */
  | { readonly first: string }
  /** A list of what stands before and behind each axis, as all before and then all behind. */
  | { readonly pairs: string }
  /** One list after the other. */
  | { readonly joined: readonly string[] }
  /** The content of an input: a list, part of one, or its only number. */
  | { readonly content: number; readonly from?: number; readonly to?: number; readonly isSingle?: boolean }
  /** A dimension of an input, divided by another one. */
  | { readonly dim: readonly [input: number, axis: number]; readonly over?: readonly [number, number] }
  /** Twice an attribute and one: a radius as a length. */
  | { readonly diameter: string };
