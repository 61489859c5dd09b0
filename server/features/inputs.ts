import { inputsRequest } from '../protocol';
import type { InputsParams, InputsResult } from '../protocol';
import { externalPlaces } from '../workspace/externalData';
import { externalFiles } from '../workspace/externalFiles';
import type { OwnChips } from '../workspace/ownChips';
import type { ProfileStore } from '../workspace/profileStore';
import type { ServerContext } from './context';

/** Connects the question which files a save must not go over. An error is no answer: who saves must not take it for none. */
export function registerInputs(
  { connection, models }: ServerContext,
  chips: OwnChips,
  store: ProfileStore,
): void {
  connection.onRequest(inputsRequest, async ({ uri }: InputsParams): Promise<InputsResult> => {
    const { modelUri, model } = (await models.served(uri)).listing;
    const locations = externalFiles(model).map(({ location }) => location);
    const external = await externalPlaces(modelUri, locations);
    const uris = [modelUri, await chips.files(), await store.files(modelUri), external].flat();
    return { uris };
  });
}
