import { describe, expect, it } from 'vitest';
import { manifest, tinyProgram } from '../unit/formats/coreml/bytes';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('coreml-');

describe('a model of Core ML', () => {
  it('opens as a listing with hovers', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('m.mlmodel', tinyProgram()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('coreml.linear'))).toContain('linear');
  });

  it('opens by the manifest of its package', async () => {
    const client = await folder.start();
    await folder.written('m.mlpackage/Data/a/m.mlmodel', tinyProgram());
    const document = await client.open(
      await folder.written('m.mlpackage/Manifest.json', manifest('a/m.mlmodel')),
    );
    expect(document.listing?.state).toBe('ok');
  });

  it('is listed as far as it goes', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('cut.mlmodel', tinyProgram().subarray(0, 250)));
    expect(document.listing?.state).toBe('partial');
  });
});
