import type { Steps } from '../../scheduler';

/** Edges that are looked at before a pause is due. */
const edgesPerPause = 20_000;

/**
 * A network of edges with capacities, and its maximum flow by Dinic's algorithm (Dinic 1970: shortest augmenting paths, level by
 * level). Capacities are whole numbers below 2^53, so that sums are exact.
 */
export class FlowNetwork {
  private readonly target: number[] = [];
  /** What an edge can still carry; its reverse is the edge beside it (index ^ 1). */
  private readonly left: number[] = [];
  private readonly next: number[] = [];
  private readonly first: number[] = [];

  /** @returns the number of the new node */
  addNode(): number {
    this.first.push(-1);
    return this.first.length - 1;
  }

  /** An edge, and one in the other direction beside it. */
  addEdge(from: number, to: number, capacity: number, reverse = 0): void {
    if (capacity === 0 && reverse === 0) return;
    this.link(from, to, capacity);
    this.link(to, from, reverse);
  }

  private link(from: number, to: number, capacity: number): void {
    this.target.push(to);
    this.left.push(capacity);
    this.next.push(this.first[from]!);
    this.first[from] = this.target.length - 1;
  }

  /**
   * Sends as much as it can from one node to another.
   * @returns 1 for the nodes on the source's side of a minimum cut
   */
  *minimumCut(source: number, sink: number): Steps<Uint8Array> {
    const nodes = this.first.length;
    const level = new Int32Array(nodes);
    const at = new Int32Array(nodes);
    const queue = new Int32Array(nodes);
    for (;;) {
      yield* this.findLevels(source, level, queue);
      if (level[sink] === -1) return Uint8Array.from(level, (one) => (one === -1 ? 0 : 1));
      for (let node = 0; node < nodes; node++) at[node] = this.first[node]!;
      yield* this.block(source, sink, level, at);
    }
  }

  /** Distance of each node from the source over edges that can carry more; -1 where none leads. */
  private *findLevels(source: number, level: Int32Array, queue: Int32Array): Steps<void> {
    level.fill(-1);
    level[source] = 0;
    queue[0] = source;
    let looked = 0;
    for (let head = 0, tail = 1; head < tail; head++) {
      const node = queue[head]!;
      for (let edge = this.first[node]!; edge !== -1; edge = this.next[edge]!) {
        if (++looked % edgesPerPause === 0) yield;
        const to = this.target[edge]!;
        if (this.left[edge]! === 0 || level[to] !== -1) continue;
        level[to] = level[node]! + 1;
        queue[tail++] = to;
      }
    }
  }

  /** Fills all shortest paths: goes on along edges to the next level, back where there is none, by its own stack. */
  private *block(source: number, sink: number, level: Int32Array, at: Int32Array): Steps<void> {
    const path: number[] = [];
    let node = source;
    for (let looked = 1; ; looked++) {
      if (looked % edgesPerPause === 0) yield;
      if (node === sink) {
        node = this.push(path);
        continue;
      }
      const edge = at[node]!;
      if (edge === -1) {
        if (path.length === 0) return;
        // A dead end: nobody comes here again.
        level[node] = -1;
        const back = path.pop()!;
        node = this.target[back ^ 1]!;
        at[node] = this.next[back]!;
      } else if (this.left[edge]! > 0 && level[this.target[edge]!] === level[node]! + 1) {
        path.push(edge);
        node = this.target[edge]!;
      } else at[node] = this.next[edge]!;
    }
  }

  /**
   * Sends along a path what its narrowest edge can carry and shortens the path to that edge.
   * @returns the node at which the path ends now
   */
  private push(path: number[]): number {
    let narrowest = 0;
    for (let i = 1; i < path.length; i++)
      if (this.left[path[i]!]! < this.left[path[narrowest]!]!) narrowest = i;
    const amount = this.left[path[narrowest]!]!;
    for (const edge of path) {
      this.left[edge]! -= amount;
      this.left[edge ^ 1]! += amount;
    }
    const node = this.target[path[narrowest]! ^ 1]!;
    path.length = narrowest;
    return node;
  }
}
