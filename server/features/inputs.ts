import { runPolitely } from '../engine/scheduler';
import { inputsRequest } from '../protocol';
import type { InputsParams, InputsResult } from '../protocol';
import { externalPlaces } from '../workspace/externalData';
import { externalFiles } from '../workspace/externalFiles';
import type { OwnChips } from '../workspace/ownChips';
import type { ProfileStore } from '../workspace/profileStore';
import { politely } from '../workspace/turns';
import type { ServerContext } from './context';

/** Connects the question which files a save must not go over. An error is no answer: who saves must not take it for none. */
export function registerInputs(
  { connection, models }: ServerContext,
  chips: OwnChips,
  store: ProfileStore,
): void {
  connection.onRequest(inputsRequest, async ({ uri }: InputsParams): Promise<InputsResult> => {
    const { modelUri, model } = (await models.served(uri)).listing;
    const files = await runPolitely(externalFiles(model), politely());
    const external = await externalPlaces(
      modelUri,
      files.map(({ location }) => location),
    );
    const uris = [modelUri, await chips.files(), await store.files(modelUri), external].flat();
    return { uris };
  });
}
