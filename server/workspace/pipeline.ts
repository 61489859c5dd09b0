import { costsOn, preparedOf } from '../engine/analyse';
import type { ChipAnalysis } from '../engine/analyse';
import { chipById } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import { resolveBindings, unknownBindings } from '../engine/inference/bindingNames';
import { infer } from '../engine/inference/infer';
import type { Inference } from '../engine/inference/types';
import { problem } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { runPolitely, uninterrupted, type Scheduler } from '../engine/scheduler';
import type { Analysis, Listing, PlacedProblem } from './analysis';
import type { Choices } from './choices';
import { keptChips } from './budget';
import { chosenChips } from './chosenChips';
import { indexInference } from './nodeIndex';
import { type Available, shippedOnly } from './ownChips';
import { digestSteps } from './modelDigest';
import { profileProblems } from './profileProblems';
import type { StoredProfile } from './profileStore';
import { emptyModel } from '../engine/graph/emptyModel';

/** A few results by key, the one not asked for longest forgotten first. */
class Recent<T> {
  private readonly results = new Map<string, T>();

  constructor(private limit: number) {}

  /** Forgets what is more. */
  bound(limit: number): void {
    this.limit = limit;
    this.forgetTo(limit);
  }

  private forgetTo(count: number): void {
    for (const oldest of this.results.keys()) {
      if (this.results.size <= count) break;
      this.results.delete(oldest);
    }
  }

  async get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.results.get(key);
    if (known !== undefined) {
      this.results.delete(key);
      this.results.set(key, known);
      return known;
    }
    // Room is made first: the shapes of a large model before and after a change need not be there together.
    this.forgetTo(this.limit - 1);
    // Only what is finished is kept: a cancelled run leaves nothing behind.
    const result = await make();
    this.results.set(key, result);
    return result;
  }
}

let revisions = 0;

/**
 * The analysis of one text by stages: a change of chip computes that chip's costs only, a change of dimension computes
 * from inference on, and nothing reads the file again.
 */
export class Pipeline {
  /** One alone: shapes and costs of a large model take more memory than all else. */
  private inferences = new Recent<Inference>(1);
  private readonly costs = new WeakMap<Inference, Recent<ChipAnalysis>>();

  constructor(private readonly listing: Listing) {}

  /** Another text is shown now, or others need the memory: what was computed for this one may go. */
  forget(): void {
    this.inferences = new Recent(1);
  }

  /**
   * Rejects with `CancelledError` when the scheduler says so.
   * @param onFirst gets the analysis with the first chip alone, which is all that hints need, as soon as it is there
   * @param profiles imported profiles of this model
   */
  async run(
    asked: Choices,
    scheduler: Scheduler,
    onFirst: (analysis: Analysis) => void = () => {},
    { catalogue, problems: ownProblems }: Available = shippedOnly,
    profiles: readonly StoredProfile[] = [],
  ): Promise<Analysis> {
    const revision = ++revisions;
    const resolved = resolveBindings(this.listing.model.graph, asked.dimensions);
    const { bindings } = resolved;
    const choices: Choices = { ...asked, workload: { ...asked.workload, bindings } };
    const { phase, precision, runtime } = choices.workload;
    const sorted = Object.entries(bindings).sort(([a], [b]) => (a < b ? -1 : 1));
    const inference = await this.inferences.get(JSON.stringify([sorted, phase]), () =>
      infer(this.listing.model, choices.workload, {}, scheduler),
    );
    // The first hint or hover would have to wait for these.
    await runPolitely(this.listing.positions.indexNodes(), scheduler);
    await runPolitely(indexInference(inference), scheduler);
    let costs = this.costs.get(inference);
    if (!costs) this.costs.set(inference, (costs = new Recent(1)));
    const prepared = await preparedOf(this.listing.model, choices.workload, inference, scheduler);
    const host = choices.host === null ? undefined : catalogue.byId(choices.host);
    const chosen = chosenChips(choices.chips, catalogue);
    costs.bound(keptChips(inference.nodes.length, chosen.chips.length));
    const { listing } = this;
    const problems: PlacedProblem[] = [
      ...listing.problems,
      ...inference.problems,
      ...resolved.problems,
      ...unknownBindings(inference, bindings),
      ...ownProblems,
      ...[...chosen.unknown, ...(choices.host !== null && !host ? [choices.host] : [])].map((chip) =>
        problem('warning', 'settings.chip-unknown', { chip }),
      ),
    ];
    const chips: ChipAnalysis[] = [];
    const state = { revision, listing, choices, catalogue, prepared, inference, refusal: null, profiles };
    for (const chip of chosen.chips) {
      const key = JSON.stringify([keyOf(chip), precision, runtime, host && keyOf(host)]);
      chips.push(await costs.get(key, () => costsOn(prepared, chip, scheduler, host)));
      if (chips.length === 1) onFirst({ ...state, chips: [...chips], problems });
    }
    // What a chip's figures are is no problem of this file: the report has those remarks.
    const grave = chips.flatMap((chip) => chip.problems).filter(({ severity }) => isGrave(severity));
    // It is compared with that of each profile.
    if (profiles.length > 0) await runPolitely(digestSteps(listing.model), scheduler);
    const measured = profileProblems({ ...state, chips }).map(({ problem }) => problem);
    return { ...state, chips, problems: [...problems, ...grave, ...measured] };
  }

  /** Nothing but the reason why there is no more. */
  async refuse(
    choices: Choices,
    { catalogue, problems }: Available,
    profiles: readonly StoredProfile[],
    reason: Problem,
  ): Promise<Analysis> {
    this.forget();
    const revision = ++revisions;
    const { listing } = this;
    const inference = await infer(emptyModel, choices.workload);
    const prepared = await preparedOf(emptyModel, choices.workload, inference, uninterrupted);
    const all = [...listing.problems, ...problems, reason];
    const state = { revision, listing, choices, catalogue, prepared, inference, profiles };
    return { ...state, refusal: reason, chips: [], problems: all };
  }
}

/** A chip of the user's own may change and keep its id. */
function keyOf(chip: Chip): string | Chip {
  return chipById(chip.id) === chip ? chip.id : chip;
}

function isGrave(severity: Problem['severity']): boolean {
  return severity === 'error' || severity === 'warning';
}
