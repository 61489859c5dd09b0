import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { isInside } from '../../node/inside';
import { unpack } from '../modelPack';
import type { QueuedJob } from './names';
import type { Store } from './store';

/** Where a model lies while a job works on it. */
export interface Place {
  readonly path: string;
  /** The job needs it no more. */
  leave(): Promise<void>;
}

/** Finds the model of a job. Rejects where it is not there. */
export type Places = (job: QueuedJob) => Promise<Place>;

/** At the path of the job, or, where the folder of plans lies elsewhere on this machine, in it. */
export function pathPlaces(folder: string | undefined): Places {
  return ({ name, path }) => {
    const here = folder === undefined ? path : resolve(join(folder, name));
    if (folder !== undefined && !isInside(resolve(folder), here))
      return Promise.reject(new Error(`${name} leads out of the folder of models`));
    return Promise.resolve({ path: here, leave: () => Promise.resolve() });
  };
}

/** In a folder of its own, from a store. */
export function packedPlaces(store: Store): Places {
  return async ({ path, contentHash }) => {
    const folder = await mkdtemp(join(tmpdir(), 'siliconlens-model-'));
    const leave = (): Promise<void> => rm(folder, { recursive: true, force: true });
    try {
      await unpack(await store.get(contentHash), folder);
      return { path: join(folder, basename(path)), leave };
    } catch (error) {
      await leave();
      throw error;
    }
  };
}
