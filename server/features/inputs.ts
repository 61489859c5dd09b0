import { runPolitely } from '../engine/scheduler';
import { inputsRequest } from '../protocol';
import type { InputsParams, InputsResult } from '../protocol';
import { externalPlaces } from '../workspace/externalData';
import { externalFiles } from '../workspace/externalFiles';
import { politely } from '../workspace/turns';
import type { Feature } from './feature';

/** The question which files a save must not go over. An error is no answer: who saves must not take it for none. */
export const inputsFeature: Feature = {
  register: ({ connection, models, own, profiles }) => {
    connection.onRequest(inputsRequest, async ({ uri }: InputsParams): Promise<InputsResult> => {
      const { modelUri, model } = (await models.served(uri)).listing;
      const files = await runPolitely(externalFiles(model), politely());
      const external = await externalPlaces(
        modelUri,
        files.map(({ location }) => location),
      );
      const uris = [modelUri, await own.addresses(), await profiles.files(modelUri), external].flat();
      return { uris };
    });
  },
};
