import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../server/engine/formats';
import type { ReadModel } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { file, GgufWriter } from './bytes';

const w = new GgufWriter();

/** As llama.cpp's gguf-split writes them: all files have the number and count of files, the first one all metadata. */
function part(number: number, count: number, tensor: string): Uint8Array {
  const numbers = [w.pair('split.no', 2, [number - 1, 0]), w.pair('split.count', 2, [count, 0])];
  const first = [w.string('general.architecture', 'newllama'), w.string('general.name', 'whole')];
  return file(w.head(number === 1 ? [...first, ...numbers] : numbers, [w.tensor(tensor, [8], 0, 0)]), 32);
}

const name = (number: number): string => `m-0000${number}-of-00003.gguf`;
const files = new Map([1, 2, 3].map((number) => [name(number), part(number, 3, `w${number}`)]));

function read(opened: string, from: ReadonlyMap<string, Uint8Array> = files): Promise<ReadModel> {
  const open = (other: string) => {
    const bytes = from.get(other);
    return Promise.resolve(bytes ? { source: memorySource(bytes), close: () => Promise.resolve() } : null);
  };
  return readModel(memorySource(from.get(opened)!), opened, uninterrupted, undefined, { name: opened, open });
}

describe('a model in several files', () => {
  it.each([1, 2, 3])(
    'has the tensors of all and the metadata of the first, opened by file %d',
    async (number) => {
      const { value, problems } = await read(name(number));
      expect(problems.map(({ code }) => code)).toEqual(['lower.unknown-architecture']);
      expect(value!.graph.name).toBe('whole');
      expect(value!.graph.initializers.map((one) => one.name)).toEqual(['w1', 'w2', 'w3']);
      const places = value!.graph.initializers.map(({ data }) =>
        data.place === 'external' ? data.location : data.place,
      );
      expect(places).toEqual([1, 2, 3].map((one) => (one === number ? 'embedded' : name(one))));
    },
  );

  it('says which file is missing', async () => {
    const two = new Map([...files].filter(([key]) => key !== name(3)));
    const { value, problems } = await read(name(1), two);
    expect(problems[0]).toMatchObject({ code: 'format.part-missing', args: { file: name(3) } });
    expect(value!.graph.initializers.map((one) => one.name)).toEqual(['w1', 'w2']);
  });

  it('is one file where name and count disagree, or nobody has so many', async () => {
    const odd = new Map([[name(1), part(1, 2, 'w')]]);
    expect((await read(name(1), odd)).value!.graph.initializers).toHaveLength(1);
    const many = 'm-00001-of-60000.gguf';
    const claims = file(w.head([w.pair('split.count', 2, [0x60, 0xea])], [w.tensor('w', [8], 0, 0)]), 32);
    expect((await read(many, new Map([[many, claims]]))).value!.graph.initializers).toHaveLength(1);
  });
});
