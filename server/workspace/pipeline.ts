import { costsMapped, costsOn, preparedOf } from '../engine/analyse';
import type { ChipAnalysis } from '../engine/analyse';
import { chipById } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import { bindingsKey } from '../engine/inference/bindings';
import { resolveBindings, unknownBindings } from '../engine/inference/bindingNames';
import { unknownValues } from '../engine/inference/values/names';
import { infer } from '../engine/inference/infer';
import type { Inference } from '../engine/inference/types';
import { problem } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { Query } from '../engine/query';
import { runPolitely, uninterrupted, type Scheduler } from '../engine/scheduler';
import { spreadOver } from '../engine/spreadOver';
import type { Analysis, Listing, PlacedProblem } from './analysis';
import type { Choices } from './choices';
import { keptChips } from './budget';
import { chosenChips, chosenHost } from './chosenChips';
import { indexInference } from './nodeIndex';
import { type Available, shippedOnly, type Surroundings } from './ownChips';
import { leadOf, pinnedMapping, type PinnedMapping } from './pinnedMapping';
import { digestSteps } from './modelDigest';
import { profileProblems } from './profileProblems';
import type { StoredProfile } from './profileStore';
import { emptyModel } from '../engine/graph/emptyModel';

/** One of each listing alone: shapes and costs of a large model take more memory than all else. */
const inferences = new Query<Listing, Inference>();
const costs = new Query<Inference, ChipAnalysis>();

let revisions = 0;

/**
 * The analysis of one text by stages: a change of chip computes that chip's costs only, a change of dimension computes
 * from inference on, and nothing reads the file again.
 */
export class Pipeline {
  /** @param complete resolves once the model has what is read of it after its listing */
  constructor(
    private readonly listing: Listing,
    private readonly complete = (): Promise<void> => Promise.resolve(),
  ) {}

  /** Another text is shown now, or others need the memory: what was computed for this one may go. */
  forget(): void {
    inferences.forget(this.listing);
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
    surroundings: Surroundings = shippedOnly,
    profiles: readonly StoredProfile[] = [],
  ): Promise<Analysis> {
    await this.complete();
    const { listing } = this;
    const { catalogue, problems: ownProblems, generation } = surroundings;
    const revision = ++revisions;
    const resolved = resolveBindings(listing.model.graph, asked.dimensions);
    const { bindings } = resolved;
    const choices: Choices = { ...asked, workload: { ...asked.workload, bindings } };
    const { values = {} } = choices.workload;
    const inference = await this.inferred(choices, scheduler);
    const prepared = await preparedOf(listing.model, choices.workload, inference, scheduler);
    const host = chosenHost(choices, catalogue);
    const chosen = chosenChips(choices.chips, catalogue);
    const pinned = await runPolitely(
      pinnedMapping(choices, surroundings, inference, listing.model.origin.format),
      scheduler,
    );
    const { mapping } = pinned;
    // The chip whose runtime makes the kernels leads, once.
    const lead = mapping ? leadOf(mapping) : undefined;
    const wanted = lead ? [lead, ...chosen.chips.filter(({ id }) => id !== lead.id)] : chosen.chips;
    const kept = keptChips(inference.nodes.length, wanted.length);
    const unknown = [...chosen.unknown, ...(choices.host !== null && !host ? [choices.host] : [])];
    const problems: PlacedProblem[] = [
      ...listing.problems,
      ...inference.problems,
      ...resolved.problems,
      ...unknownBindings(inference, bindings),
      ...unknownValues(inference, values),
      ...ownProblems,
      ...pinned.problems,
      ...unknown.map((chip) => problem('warning', 'settings.chip-unknown', { chip })),
    ];
    const chips: ChipAnalysis[] = [];
    const made = { revision, listing, choices, catalogue, mapping, prepared, inference };
    const state = { ...made, refusal: null, profiles };
    for (const chip of wanted) {
      // All that is asked for, so that nothing can be missing.
      const own = chip === lead ? mapping : null;
      const key = JSON.stringify([
        keyOf(chip),
        choices.workload,
        host && keyOf(host),
        own && [choices.mapping, generation],
      ]);
      const cost = (): Promise<ChipAnalysis> =>
        own
          ? costsUnderMapping({ prepared, host, catalogue }, own, scheduler)
          : costsOn(prepared, chip, scheduler, host);
      chips.push(await costs.wait(inference, cost, key, kept));
      if (chips.length === 1) onFirst({ ...state, chips: [...chips], problems });
    }
    // What a chip's figures are is no problem of this file: the report has those remarks.
    const grave = chips.flatMap((chip) => chip.problems).filter(({ severity }) => isGrave(severity));
    // It is compared with that of each profile.
    if (profiles.length > 0) await runPolitely(digestSteps(listing.model), scheduler);
    const measured = profileProblems({ ...state, chips }).map(({ problem }) => problem);
    return { ...state, chips, problems: [...problems, ...grave, ...measured] };
  }

  /** The inference, with what the first hint or hover would have to wait for. */
  private async inferred({ workload }: Choices, scheduler: Scheduler): Promise<Inference> {
    const { model, positions } = this.listing;
    const { bindings, values = {}, phase, cacheType = null, flashAttention = null } = workload;
    const inference = await inferences.wait(
      this.listing,
      () => infer(model, workload, {}, scheduler),
      JSON.stringify([bindingsKey(bindings), bindingsKey(values), phase, cacheType, flashAttention]),
    );
    await runPolitely(positions.indexNodes(), scheduler);
    await runPolitely(indexInference(inference), scheduler);
    return inference;
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
    const made = { revision, listing, choices, catalogue, mapping: null, prepared, inference };
    const state = { ...made, profiles };
    return { ...state, refusal: reason, chips: [], problems: all };
  }
}

/** Costs where a mapping puts the model; where its devices cannot share it so, on one of them with the reason. */
async function costsUnderMapping(
  {
    prepared,
    host,
    catalogue,
  }: Pick<Analysis, 'prepared' | 'catalogue'> & { readonly host: Chip | undefined },
  mapping: PinnedMapping,
  scheduler: Scheduler,
): Promise<ChipAnalysis> {
  if (mapping.kind === 'units') return costsMapped(prepared, mapping.nodes, scheduler, host);
  const { devices } = mapping;
  const lookUp = (id: string): Chip | undefined => catalogue.byId(id);
  const found = await spreadOver({ prepared, devices, host, lookUp }, scheduler);
  if ('cost' in found) return found;
  const alone = await costsOn(prepared, devices.chip, scheduler, host);
  return { ...alone, problems: [found, ...alone.problems] };
}

/** A chip of the user's own may change and keep its id. */
function keyOf(chip: Chip): string | Chip {
  return chipById(chip.id) === chip ? chip.id : chip;
}

function isGrave(severity: Problem['severity']): boolean {
  return severity === 'error' || severity === 'warning';
}
