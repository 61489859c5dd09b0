import { describe, expect, it } from 'vitest';
import { tinyConvolution } from '../unit/formats/tflite/bytes';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('tflite-');

describe('a TFLite file', () => {
  it('opens as a listing, and hovers tell quantisation', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('tiny.tflite', tinyConvolution()));
    expect(document.listing?.state).toBe('ok');
    expect(document.text).toContain('int8[3, 1, 1, 2] w = {1, 2, 3, 4, 5, -1}');
    const hover = await document.hoverText(document.at('w = '));
    expect(hover).toContain('`scale` `[0.5, 0.25, 0.125] (3)`');
    expect(hover).toContain('`quantized_dimension` `0`');
  });

  it('is listed as far as it goes', async () => {
    const client = await folder.start();
    const document = await client.open(
      await folder.written('cut.tflite', tinyConvolution().subarray(0, 500)),
    );
    expect(document.listing?.state).toBe('partial');
    expect(await document.diagnostics()).toMatchObject({ items: [{ code: 'format.truncated' }] });
  });
});
