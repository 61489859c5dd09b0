import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';
import type { GraphEdge, Neighbourhood } from '../../server/protocol';
import { boxHeight, boxWidth, type Places } from '../content/graph';

/** A picture of a graph in pixels. */
export interface LaidOut {
  readonly width: number;
  readonly height: number;
  readonly places: Places;
  readonly lines: readonly { readonly edge: GraphEdge; readonly points: readonly Point[] }[];
}
interface Point {
  readonly x: number;
  readonly y: number;
}

/** Puts nodes into rows, so that edges go down. */
export function laidOut({ nodes, edges }: Neighbourhood): LaidOut {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 36, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { node } of nodes) graph.setNode(String(node), { width: boxWidth, height: boxHeight });
  for (const { from, to } of edges) graph.setEdge(String(from), String(to), {});
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const places = nodes.map(({ node }): [number, Point] => {
    const { x = 0, y = 0 } = graph.node(String(node));
    return [node, { x, y }];
  });
  const lines = edges.map((edge) => ({
    edge,
    points: graph.edge(String(edge.from), String(edge.to)).points ?? [],
  }));
  return { width, height, places: new Map(places), lines };
}
