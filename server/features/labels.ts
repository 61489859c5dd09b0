import type { Analysis } from '../workspace/analysis';

/** Letters of a name that a page gets: the last ones, by which exporters tell nodes apart. */
export const textLimit = 80;

/** What a point of a picture is called that stands for a node. */
export function labelOf({ inference }: Pick<Analysis, 'inference'>, index: number): string {
  const node = inference.nodes[index]?.node;
  return (node?.name || node?.outputs[0] || node?.operator || '').slice(-textLimit);
}
