import { branchOfTruth } from '../operators/control';
import type { Fact, SubgraphRequest } from '../operators/rule';
import { runPolitely, type Scheduler } from '../scheduler';
import { scopeCost, type CostFindings } from './branchCost';
import type { Branch } from './branches';
import type { Declarations } from './declarations';
import type { FlatNode, FlatScope } from './flatModel';
import type { PassReport } from './passReport';
import type { BodyUse } from './repeat';
import type { RuleContext } from './ruleContext';
import type { RunFindings, Runs } from './runs';
import { Trait } from './traits';
import type { Contents } from './values/contents';

/** The pass that the subgraphs belong to. */
export interface SubgraphHost extends RunFindings, CostFindings {
  readonly facts: (Fact | undefined)[];
  readonly uses: (BodyUse | undefined)[];
  readonly runs: Runs;
  readonly contents: Contents;
  readonly declarations: Declarations;
  readonly said: PassReport;
  readonly choosesBranches: boolean;
  runScope(scope: FlatScope): Promise<void>;
}

/** A rule that asks for subgraphs of its node, one request after another. */
export type RuleSteps = Generator<SubgraphRequest, void, readonly Fact[]>;

/** Runs the subgraphs that the rules of nodes ask for. */
export class Subgraphs {
  /** Runs of nodes in bodies that are walked run by run: they come on top of what the model's size allows. */
  granted = 0;

  constructor(
    private readonly host: SubgraphHost,
    private readonly scheduler: Scheduler,
  ) {}

  /** Runs a rule to its end and notes which of its subgraphs run. */
  async follow(node: FlatNode, context: RuleContext, steps: RuleSteps): Promise<void> {
    const { said, contents, uses, traits } = this.host;
    const branches: Branch[] = [];
    context.chosen = contents.chosen(node.node.name);
    let answer: readonly Fact[] = [];
    let passed = 0;
    for (const input of node.inputs) if (input !== null) passed |= traits[input]! & Trait.Dynamic;
    for (;;) {
      let step: IteratorResult<SubgraphRequest, void>;
      try {
        step = steps.next(answer);
      } catch (error) {
        said.ruleFailed(node, error);
        break;
      }
      if (step.done) break;
      if (step.value.exclusive) {
        const branch = await this.branch(node, context, step.value, passed);
        answer = branch.facts;
        branches.push(branch);
      } else answer = await this.answer(node, step.value, passed);
    }
    for (const scope of said.branches.tell(branches)) uses[scope] = { repeat: 0, exclusive: true };
    this.noteTaken(node, context, branches);
  }

  /** Runs one of several subgraphs of which only one runs; the rule is told what it costs, or that it cannot run. */
  private async branch(
    node: FlatNode,
    context: RuleContext,
    request: SubgraphRequest,
    traits: number,
  ): Promise<Branch> {
    const { attribute } = request;
    const run = (): Promise<readonly Fact[]> => this.answer(node, request, traits);
    const isOut = request.repeat === 0;
    const branch = await this.host.said.branches.run(node.bodies?.get(attribute), isOut, run);
    if (branch.cannotRun) context.noteFailure(attribute);
    else if (this.host.choosesBranches && branch.scope !== undefined && !isOut)
      context.noteCost(attribute, await runPolitely(scopeCost(this.host, branch.scope), this.scheduler));
    return branch;
  }

  /** Of branches of which data decides the one that the rule took counts, and the others do not run. */
  private noteTaken({ index, bodies }: FlatNode, { taken }: RuleContext, branches: readonly Branch[]): void {
    const { contents, uses, said } = this.host;
    contents.taken.delete(index);
    if (taken === undefined) return;
    said.note();
    contents.taken.set(index, taken === branchOfTruth);
    for (const { scope } of branches)
      if (scope !== undefined && scope !== bodies?.get(taken)) uses[scope] = { repeat: 0, exclusive: true };
  }

  /** Runs a subgraph with the facts that the rule gives its formal inputs. */
  private async answer(node: FlatNode, request: SubgraphRequest, traits: number): Promise<readonly Fact[]> {
    const index = node.bodies?.get(request.attribute);
    if (index === undefined) return [];
    const { flat, uses, runs, said } = this.host;
    const body = flat.scopes[index]!;
    uses[index] = { repeat: request.repeat, exclusive: request.exclusive === true };
    const walk = (inputs: SubgraphRequest['inputs']) => this.enter(node, body, inputs, traits);
    if (!request.next) return walk(request.inputs);
    this.granted += runs.room(body, request.repeat!) ?? 0;
    return runs.follow(body, request, walk, (count) => said.runsDiffer(node, count));
  }

  /** Walks a subgraph with facts for its formal inputs. */
  private async enter(
    node: FlatNode,
    body: FlatScope,
    inputs: SubgraphRequest['inputs'],
    traits: number,
  ): Promise<readonly Fact[]> {
    const { flat, facts, declarations } = this.host;
    declarations.begin(body, node.scope, false);
    body.inputs.forEach((id, position) => {
      const given = inputs[position];
      facts[id] = { ...given, type: declarations.received(flat.values[id]!, given?.type) };
      this.host.traits[id] = traits;
    });
    await this.host.runScope(body);
    return body.outputs.map((id) => (id === null ? {} : (facts[id] ?? {})));
  }
}
