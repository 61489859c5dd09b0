import { CancelledError } from '../engine/scheduler';
import type { WorkStage } from '../protocol';
import type { Analysis } from './analysis';
import type { Choices } from './choices';
import type { ModelMemory } from './modelMemory';
import type { OpenModel, Run } from './openModel';
import type { Surroundings } from './ownChips';
import type { StoredProfile } from './profileStore';
import type { Served } from './served';
import type { SettingsByModel } from './settingsByModel';
import { politely } from './turns';

/** What analyses need, and tell the rest of the server. */
export interface RunsHost {
  /** The chips, systems and mappings that can be chosen, the user's own included. */
  chips(choices: Choices): Promise<Surroundings>;
  /** Imported profiles of a model. */
  profiles?(modelUri: string): Promise<readonly StoredProfile[]>;
  analysed(analysis: Analysis): void;
  /** An analysis begins; it ends in `analysed`, in `failed`, in `abandoned`, or in another beginning. */
  analysing(uri: string): void;
  /** Work on a model begins; the result is called at its end, whichever. */
  working(uri: string, stage: WorkStage): () => void;
  failed(uri: string, error: unknown): void;
}

/** Begins analyses: of each model the one under the choices in force, and no other at the same time. */
export class Runs {
  constructor(
    private readonly settings: SettingsByModel,
    private readonly memory: ModelMemory,
    private readonly host: RunsHost,
  ) {}

  /** The run of a text under the choices in force: the one that there is, or another that begins now. */
  async start(model: OpenModel, served: Served): Promise<Run> {
    const choices = await this.settings.choices(model.modelUri);
    const chips = await this.host.chips(choices);
    const profiles = (await this.host.profiles?.(model.modelUri)) ?? [];
    const imports = profiles.map(({ chip, imported }) => [chip, imported]);
    const key = JSON.stringify([choices, chips.generation, imports]);
    const need = await this.memory.needOf(served.listing.model, choices, chips);
    const known = model.run;
    const isSame = known && !known.cancelled && known.key === key && known.served === served;
    if (isSame && !(known.refused && this.memory.couldHave(model, need))) return known;
    if (known) known.cancelled = true;
    if (known && known.served !== served) known.served.pipeline.forget();
    const refusal = this.memory.admit(model, need);
    const run = newRun(key, served, refusal !== null);
    const scheduler = politely(() => run.cancelled);
    // Told first: the first slice may be the one that never ends.
    this.host.analysing(model.uri);
    const ended = this.host.working(model.uri, 'analysing');
    let early: (analysis: Analysis) => void = () => {};
    const first = new Promise<Analysis>((resolve) => (early = resolve));
    const working = refusal
      ? served.pipeline.refuse(choices, chips, profiles, refusal)
      : served.pipeline.run(choices, scheduler, early, chips, profiles);
    run.promise = this.finish(model.uri, run, working);
    // Those who wait see a cancellation; when nobody waits, it is no fault.
    run.promise
      .catch(() => {})
      .finally(() => {
        run.ended = true;
        ended();
      });
    run.first = Promise.race([first, run.promise]);
    run.first.catch(() => {});
    model.run = run;
    return run;
  }

  /** Tells how a run ended; null where it failed. */
  private async finish(uri: string, run: Run, working: Promise<Analysis>): Promise<Analysis | null> {
    try {
      const analysis = await working;
      if (run.cancelled) throw new CancelledError();
      run.result = analysis;
      this.host.analysed(analysis);
      return analysis;
    } catch (error) {
      if (error instanceof CancelledError) {
        // Those who wait start anew, and must not be given this one again.
        run.cancelled = true;
        throw error;
      }
      this.host.failed(uri, error);
      return null;
    }
  }
}

function newRun(key: string, served: Served, refused: boolean): Run {
  const none = Promise.resolve(null);
  return {
    key,
    since: performance.now(),
    served,
    cancelled: false,
    abandoned: false,
    ended: false,
    promise: none,
    first: none,
    refused,
    result: null,
  };
}
