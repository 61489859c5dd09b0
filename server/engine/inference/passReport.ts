import { problem } from '../problem';
import type { Problem } from '../problem';
import { Branches } from './branches';
import type { Contradiction } from './declarations';
import type { FlatNode } from './flatModel';
import { Trait } from './traits';
import type { Lacked } from './unread';

/** Tells what a pass finds: each problem once, of a node only the first error, and none that follows from another's. */
export class PassReport {
  readonly branches: Branches;
  /** What was said of nodes and named after them, repetitions included. */
  count = 0;
  private readonly told = new Set<string>();

  /**
   * @param faulty by node: 1 where an error was found
   * @param traits by value
   */
  constructor(
    private readonly faulty: Uint8Array,
    private readonly traits: Uint8Array,
    listener: (found: Problem) => void,
  ) {
    this.branches = new Branches(listener);
  }

  /** Something depends on which node it is, and so can't be copied to another. */
  note(): void {
    this.count++;
  }

  add(found: Problem): void {
    this.count++;
    const key = `${found.code}|${found.node}|${found.value ?? ''}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.branches.deliver(found);
  }

  addAt(node: FlatNode, found: Problem): void {
    if (found.severity === 'error') {
      if (this.isExcused(node)) return;
      this.faulty[node.index] = 1;
    }
    this.add(found);
  }

  /** Something is wrong with the node or with what it is made of, and was said. */
  isExcused({ index, inputs }: FlatNode): boolean {
    if (this.faulty[index] === 1) return true;
    return inputs.some((id) => id !== null && (this.traits[id]! & Trait.Faulty) !== 0);
  }

  contradicted(node: number | null, value: string, contradiction: Contradiction): void {
    const args = { value, ...contradiction };
    this.add(problem('warning', 'inference.shape-contradiction', args, { node, value }));
  }

  unread({ node, index }: FlatNode, lacked: Lacked): void {
    const args = { operator: node.operator, ...lacked };
    this.add(problem('warning', 'inference.constant-unread', args, { node: index }));
  }

  ruleFailed({ node, index }: FlatNode, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.add(
      problem('warning', 'inference.rule-failed', { operator: node.operator, reason }, { node: index }),
    );
  }

  runsDiffer({ node, index }: FlatNode, count: number): void {
    const args = { operator: node.operator, count };
    this.add(problem('information', 'inference.loop-runs-differ', args, { node: index }));
  }
}
