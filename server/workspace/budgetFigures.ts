import type { Language } from '../../l10n/language';
import { costsOn, prepare, type Prepared } from '../engine/analyse';
import { placeKey } from '../engine/budgets/baseline';
import type { Budget, Target } from '../engine/budgets/load';
import { figuresOf, placesOf, type Snapshot } from '../engine/budgets/snapshot';
import { expansionSteps } from '../engine/inference/expansion';
import { resolveBindings } from '../engine/inference/bindingNames';
import type { Model } from '../engine/graph/model';
import { runPolitely, type Scheduler } from '../engine/scheduler';
import { isTextPath } from '../../modelFormats/names';
import { listingOf } from '../address';
import { localFilesOf } from '../platform';
import { budgetRoot, isNamed } from './budgetPaths';
import { Loader } from './loader';
import type { ModelFiles } from './modelFiles';
import { politely } from './turns';

/** Models whose figures a budget file shows; the command line takes all. */
const mostModels = 50;
/** Nodes of a model up to which it is costed beside what is open. */
const mostNodes = 20_000;
/** Bytes that a model may take while it is read. */
const mostBytes = 100e6;
/** Models whose figures are kept. */
const mostKept = 200;

/** What a model costs in one place, without its nodes. */
export interface PresentFigures {
  /** From the root of the budget file. */
  readonly model: string;
  readonly budget: Budget;
  readonly target: Target | null;
  /** Null where the model is not read here, or too large. */
  readonly figures: Snapshot['figures'] | null;
  readonly runtime: string | null;
}

interface Costed {
  readonly figures: Snapshot['figures'];
  readonly runtime: string | null;
}

/** What the models of budget files cost now, computed when somebody looks at a file and kept while the models stand. */
export class BudgetFigures {
  /** By address of the model, its state and that of the chips; then by place. */
  private readonly kept = new Map<string, Map<string, Costed>>();
  private readonly loader: Loader;

  constructor(
    private readonly files: ModelFiles,
    language: () => Language,
  ) {
    this.loader = new Loader(files, { language });
  }

  /** Paths of the models below the root of a budget file; none where the server cannot look there itself. */
  async models(uri: string, named: (path: string) => boolean): Promise<readonly string[]> {
    const root = budgetRoot(uri);
    const local = localFilesOf(root);
    if (!local) return [];
    return (await local.filesBelow(root)).filter(named).sort();
  }

  /**
   * What models cost under budgets. Rejects with a `CancelledError` when nobody wants to know any longer.
   * @param generation of the chips that there are
   */
  async of(
    uri: string,
    budgets: readonly Budget[],
    generation: number,
    isOver: () => boolean,
  ): Promise<readonly PresentFigures[]> {
    const paths = await this.models(uri, (path) => budgets.some((budget) => isNamed(path, budget)));
    const found: PresentFigures[] = [];
    for (const path of paths.slice(0, mostModels)) {
      const modelUri = `${budgetRoot(uri)}/${path.split('/').map(encodeURIComponent).join('/')}`;
      const reading = new Reading(this.loader, modelUri, politely(isOver), isOver);
      const kept = await this.keptOf(modelUri, generation);
      for (const budget of budgets.filter((one) => isNamed(path, one)))
        for (const target of placesOf(budget)) {
          const key = placeKey({ model: path, target, workload: budget.workload });
          const costed = kept.get(key) ?? (await reading.costed(budget, target));
          if (costed) kept.set(key, costed);
          const { figures = null, runtime = null } = costed ?? {};
          found.push({ model: path, budget, target, figures, runtime });
        }
    }
    return found;
  }

  private async keptOf(modelUri: string, generation: number): Promise<Map<string, Costed>> {
    const stamp = await this.files.stat(modelUri).catch(() => null);
    // A file that has just changed may change again within the same time.
    if (!stamp || stamp.version === null) return new Map();
    const key = `${modelUri} ${stamp.version} ${generation}`;
    const found = this.kept.get(key);
    if (found) return found;
    if (this.kept.size >= mostKept) this.kept.clear();
    const made = new Map<string, Costed>();
    this.kept.set(key, made);
    return made;
  }
}

/** A model that is read when the first figure of it is asked for; shapes are found once for all targets of a budget. */
class Reading {
  private model: Promise<Model | null> | undefined;
  private last: { readonly budget: Budget; readonly prepared: Prepared } | undefined;

  constructor(
    private readonly loader: Loader,
    private readonly uri: string,
    private readonly scheduler: Scheduler,
    private readonly isOver: () => boolean,
  ) {}

  async costed(budget: Budget, target: Target | null): Promise<Costed | null> {
    const model = await (this.model ??= this.read());
    if (!model) return null;
    const prepared = await this.preparedFor(model, budget);
    const analysis = target && (await costsOn(prepared, target.chip, this.scheduler, target.host));
    return { figures: figuresOf(prepared, analysis), runtime: analysis?.cost.runtime ?? null };
  }

  private async preparedFor(model: Model, budget: Budget): Promise<Prepared> {
    if (this.last?.budget === budget) return this.last.prepared;
    const { workload } = budget;
    const { bindings } = resolveBindings(model.graph, [workload.bindings]);
    const prepared = await prepare(model, { ...workload, bindings }, this.scheduler);
    this.last = { budget, prepared };
    return prepared;
  }

  /** Null for what cannot be read, in part, or is too large to be costed beside the models that are open. */
  private async read(): Promise<Model | null> {
    const room = (bytes: number): boolean => bytes <= mostBytes;
    const served = isTextPath(this.uri)
      ? await this.loader.fromTextFile(this.uri, 0, room)
      : await this.loader.fromFile(listingOf(this.uri), this.uri, undefined, room, this.isOver);
    if (served.listing.state !== 'ok') return null;
    await served.constants.ready();
    const { model } = served.listing;
    const { fits, nodes } = await runPolitely(expansionSteps(model), this.scheduler);
    return fits && nodes <= mostNodes ? model : null;
  }
}
