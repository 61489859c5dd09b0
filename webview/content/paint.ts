import type { Bound } from '../../server/engine/cost/types';

/** Names of the colours of VS Code's themes that pages paint in. */
export type Paint = 'foreground' | `charts-${'foreground' | 'blue' | 'orange' | 'purple' | 'green' | 'red'}`;

export type Shape = 'circle' | 'rect' | 'triangle' | 'rectRot' | 'cross';

/** Shapes as letters, for legends. */
export const marks: Readonly<Record<Shape, string>> = {
  circle: '●',
  rect: '■',
  triangle: '▲',
  rectRot: '◆',
  cross: '✕',
};

/** A bound is told by colour and by shape, since colour alone says nothing to many readers. */
export const boundLooks: Readonly<Record<Bound, { readonly paint: Paint; readonly shape: Shape }>> = {
  compute: { paint: 'charts-blue', shape: 'circle' },
  memory: { paint: 'charts-orange', shape: 'rect' },
  overhead: { paint: 'charts-purple', shape: 'triangle' },
  link: { paint: 'charts-green', shape: 'rectRot' },
  none: { paint: 'charts-foreground', shape: 'cross' },
  unknown: { paint: 'charts-foreground', shape: 'cross' },
};
