import { costsOn, type Prepared } from '../engine/analyse';
import { chips as catalogue } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import { runtimeFor } from '../engine/cost/runtimes';
import { scanSparsity, type Sparsity } from '../engine/cost/sparsity/scan';
import { twoOfFourSpeedup } from '../engine/cost/sparsity/speedup';
import type { SparsityReport } from '../engine/report/sparsityReport';
import type { Scheduler } from '../engine/scheduler';
import type { OpenFile } from '../platform';
import { openExternal } from './externalData';
import type { ModelFiles } from './modelFiles';

/** What a sparsity report is made from. */
export interface SparsityInput {
  readonly modelUri: string;
  /** As the user wrote it. */
  readonly path: string;
  readonly prepared: Prepared;
  readonly chips: readonly Chip[];
  readonly host: Chip | undefined;
}

/** Reads the weights of a model once and says which chips would profit from the zeros in them. */
export async function sparsityReport(
  { modelUri, path, prepared, chips, host }: SparsityInput,
  files: ModelFiles,
  scheduler: Scheduler,
  onProgress: (done: number, all: number) => void = () => {},
): Promise<SparsityReport> {
  const found = await scan(modelUri, prepared, files, scheduler, onProgress);
  const { tensors, bytesRead, unreadTensors, problems } = found;
  const gains: SparsityReport['chips'][number][] = [];
  for (const chip of chips) gains.push(await gainOn(chip, prepared, found, scheduler, host));
  const { format } = prepared.model.origin;
  const ofRuntime = chips.flatMap((chip) => runtimeFor(chip, prepared.workload.runtime, format).problems);
  return { path, bytesRead, unreadTensors, tensors, chips: gains, problems: [...problems, ...ofRuntime] };
}

/** The catalogue's chips that skip zeros of the 2:4 pattern, as far as a chosen runtime drives them. */
export function sparseChips(runtime: string | null): readonly Chip[] {
  return catalogue.filter(
    (chip) => twoOfFourSpeedup(chip) !== null && runtimeFor(chip, runtime).problems.length === 0,
  );
}

async function scan(
  modelUri: string,
  { inference }: Prepared,
  files: ModelFiles,
  scheduler: Scheduler,
  onProgress: (done: number, all: number) => void,
): Promise<Sparsity> {
  // One at a time: tensors come file by file, and a model may name more files than a process may open.
  let current: { readonly location: string | null; readonly file: OpenFile | null } | null = null;
  const close = async (): Promise<void> => {
    const file = current?.file;
    current = null;
    await file?.close();
  };
  const sources = {
    open: async (location: string | null) => {
      if (!current || current.location !== location) {
        await close();
        const opened = location === null ? files.open(modelUri) : openExternal(modelUri, location, files);
        const result = await opened;
        current = { location, file: typeof result === 'string' ? null : result };
      }
      return current.file?.source ?? null;
    },
  };
  try {
    return await scanSparsity(inference, sources, scheduler, onProgress);
  } finally {
    await close();
  }
}

/** Latency with dense weights and, where the chip knows the pattern and tensors are in it, without their zeros. */
async function gainOn(
  chip: Chip,
  prepared: Prepared,
  { twoOfFour }: Sparsity,
  scheduler: Scheduler,
  host: Chip | undefined,
): Promise<SparsityReport['chips'][number]> {
  const speedup = twoOfFourSpeedup(chip);
  const dense = (await costsOn(prepared, chip, scheduler, host)).cost.total.latencySeconds;
  const gains = speedup !== null && twoOfFour.size > 0;
  const sparse = gains
    ? (await costsOn(prepared, chip, scheduler, host, twoOfFour)).cost.total.latencySeconds
    : null;
  return { id: chip.id, name: chip.name, speedup, dense, sparse };
}
