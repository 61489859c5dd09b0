import { describe, expect, it } from 'vitest';
import { archive } from '../unit/formats/keras/archive';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('keras-');

describe('an archive of Keras', () => {
  it('opens as a listing with hovers', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('m.keras', archive()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('keras.Dense'))).toContain('Dense');
  });

  it('that breaks off says so', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('cut.keras', archive().subarray(0, 300)));
    expect(document.listing?.state).toBe('unreadable');
  });

  it('of a class of its own says so', async () => {
    const client = await folder.start();
    const own = archive({ module: 'mine', class_name: 'Tower', config: {} });
    const document = await client.open(await folder.written('own.keras', own));
    expect(document.listing?.state).toBe('unreadable');
  });
});
