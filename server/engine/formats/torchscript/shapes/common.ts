import type { DataType } from '../../../graph/dataTypes';
import type { Dim } from '../../../graph/dim';
import type { Arguments } from '../bind';
import type { TensorValue } from '../values';

/** What is known of a result. */
export interface Type {
  readonly dtype: DataType | undefined;
  readonly shape: readonly Dim[] | undefined;
}

/** Results of an operator: one, several behind each other, or a list of them. */
export interface Results {
  readonly types: readonly Type[];
  readonly form: 'one' | 'tuple' | 'list';
}

export type Shape = readonly Dim[];

export type ShapeOf = (args: Arguments, name: string) => Shape | undefined;

export const first = (args: Arguments): TensorValue | undefined =>
  args.tensor('self') ?? args.tensor('input') ?? args.all()[0];
