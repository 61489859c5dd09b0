import type { Room } from '../engine/formats/room';
import type { Model } from '../engine/graph/model';
import { expansionSteps } from '../engine/inference/expansion';
import { problem } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { runPolitely } from '../engine/scheduler';
import { platform } from '../platform';
import type { Timer } from '../platform';
import { bytesPerUnit, mostChips, unitsOfAnalysis, unitsOfListing, unitsOfTrials } from './budget';
import type { Budget } from './budget';
import type { Choices } from './choices';
import { chosenChips } from './chosenChips';
import { isWanted } from './openModel';
import type { OpenModel } from './openModel';
import type { Available } from './ownChips';
import { forgetSymbolicFacts } from './symbolicShapes';
import { politely } from './turns';

/** A model that held less (units) is left to the next collection that comes by itself. */
const worthCollecting = 20e6 / bytesPerUnit;
/** Milliseconds until memory is given back: the work that a closed model had under way has ended by then. */
const collectAfter = 1_000;

export interface ModelMemoryHost {
  /** An editor shows it. */
  isOpen(model: OpenModel): boolean;
  drop(model: OpenModel): void;
  /** An open listing is about to be dropped; it is made again when somebody asks. */
  letGo(uri: string): void;
}

/** What an analysis would take. */
export interface Need {
  readonly nodes: number;
  readonly chips: number;
  readonly units: number;
}

/** Shares the memory out among open models: whose analysis is made, and whose goes for it. */
export class ModelMemory {
  private collecting: Timer | null = null;

  constructor(
    private readonly budget: Budget<OpenModel>,
    private readonly host: ModelMemoryHost,
  ) {}

  touch(model: OpenModel): void {
    this.budget.touch(model);
  }

  /** The model is gone. */
  release(model: OpenModel): void {
    const gone = this.budget.held(model, 'listing') + this.budget.held(model, 'analysis');
    this.budget.release(model);
    // A collection takes as long as there is to keep.
    if (gone >= Math.max(this.budget.used, worthCollecting)) this.collectSoon();
  }

  private collectSoon(): void {
    if (this.collecting) clearTimeout(this.collecting);
    const machine = platform();
    this.collecting = machine.later(() => void machine.collect().catch(() => {}), collectAfter);
  }

  async needOf(model: Model, choices: Choices, { catalogue }: Available): Promise<Need> {
    const expansion = await runPolitely(expansionSteps(model), politely());
    const nodes = expansion.fits ? expansion.nodes : expansion.fileNodes;
    const chips = chosenChips(choices.chips, catalogue).chips.length;
    return { nodes, chips, units: unitsOfAnalysis(nodes, chips) };
  }

  /**
   * Takes the memory for an analysis, if need be from models that nobody shows, then from those that nobody asked about
   * for a while. Why not, when that is not enough; its own memory is given back then.
   */
  admit(model: OpenModel, need: Need): Problem | null {
    if (!this.couldHave(model, need)) {
      this.budget.release(model, 'analysis');
      return this.refusal(model, need);
    }
    for (const other of this.spare(model)) {
      if (need.units <= this.freeFor(model)) break;
      if (this.host.isOpen(other)) this.forgetAnalysis(other);
      else this.host.drop(other);
    }
    this.budget.hold(model, 'analysis', need.units);
    return null;
  }

  /** Whether {@link admit} would succeed. */
  couldHave(model: OpenModel, { units }: Need): boolean {
    const gain = (other: OpenModel): number =>
      this.budget.held(other, 'analysis') +
      (this.host.isOpen(other) ? 0 : this.budget.held(other, 'listing'));
    const spare = this.spare(model).reduce((sum, other) => sum + gain(other), 0);
    return units <= this.freeFor(model) + spare;
  }

  /** Whether other workloads of a model can be tried beside what is held: nothing goes for them. */
  canTry(flatNodes: number): boolean {
    return unitsOfTrials(flatNodes) <= this.budget.free;
  }

  /** What reading a model may take: others go for it, and are made again when somebody asks. */
  roomFor(model: OpenModel): Room {
    // The text before stays for a while, since an editor may show it.
    const before = this.budget.held(model, 'listing');
    return (bytes) => {
      this.budget.hold(model, 'listing', before + unitsOfListing(bytes));
      this.makeRoom(model);
      return this.budget.mayRead;
    };
  }

  /** A listing that was read is never refused. */
  holdListing(model: OpenModel): void {
    const kept = new Map(model.served.map(({ listing }) => [listing.model, listing.bytes]));
    const bytes = [...kept.values()].reduce((sum, one) => sum + one, 0);
    this.budget.hold(model, 'listing', unitsOfListing(bytes));
    this.makeRoom(model);
  }

  private makeRoom(model: OpenModel): void {
    if (this.budget.free >= 0) return;
    const others = this.budget.leastRecent().filter((other) => other !== model && !isWanted(other));
    const isOpen = (other: OpenModel): boolean => this.host.isOpen(other);
    for (const other of [...others.filter((one) => !isOpen(one)), ...others.filter(isOpen)]) {
      if (this.budget.free >= 0) return;
      if (isOpen(other)) this.host.letGo(other.uri);
      this.host.drop(other);
    }
  }

  private freeFor(model: OpenModel): number {
    return this.budget.free + this.budget.held(model, 'analysis');
  }

  /** Models whose memory another one may have, in the order in which it is taken. */
  private spare(current: OpenModel): OpenModel[] {
    const others = this.budget.leastRecent().filter((model) => model !== current && !isWanted(model));
    const idle = others.filter((model) => !this.host.isOpen(model));
    const resting = others.filter((model) => this.host.isOpen(model) && this.budget.isResting(model));
    return [...idle, ...resting];
  }

  private forgetAnalysis(model: OpenModel): void {
    if (model.run) {
      model.run.served.pipeline.forget();
      forgetSymbolicFacts(model.run.served.listing.model);
    }
    model.run = null;
    this.budget.release(model, 'analysis');
  }

  /** Why a model gets no costs, and what to do about it. */
  private refusal(model: OpenModel, { nodes, chips, units }: Need): Problem {
    const all = this.budget.limit - this.budget.held(model, 'listing');
    const most = mostChips(nodes, all);
    const reason = units <= all ? 'others' : most > 0 ? 'chips' : 'nodes';
    return problem('warning', `memory.${reason}`, { nodes, chips, most });
  }
}
