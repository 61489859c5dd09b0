import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { printListing } from '../../../server/engine/formats/onnxText/print';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../server/engine/scheduler';
import { fuzzAnalysis, fuzzBinary, fuzzFile, fuzzSeed } from '../../fuzz/checks';
import { damaged, formatBases } from '../../fuzz/formats';
import { mutated } from '../../fuzz/bytes';
import { fixture } from './fixtures';
import { bytes, int, modelOf, part, someNode, text, varint } from './wire';

const bases = ['tiny-conv.onnx', 'tiny-mlp.onnx', 'speech-lstm-gru.onnx', 'detector.onnx'] as const;

async function listingBytes(name: string): Promise<Uint8Array> {
  const { value } = await readOnnx(memorySource(fixture(name)), uninterrupted);
  return new TextEncoder().encode(printListing(value!, { fileName: name }).text);
}

describe('damaged files', () => {
  it.each(bases)('made from %s never throw, and what is read of them prints and parses', async (name) => {
    const binary = fixture(name);
    const listing = await listingBytes(name);
    for (let seed = 1; seed <= 50; seed++) {
      await fuzzSeed(binary, false, seed).catch((error: unknown) =>
        expect.fail(`seed ${seed}: ${String(error)}`),
      );
      await fuzzSeed(listing, true, seed).catch((error: unknown) =>
        expect.fail(`text seed ${seed}: ${String(error)}`),
      );
    }
  });

  it.each(bases)('made from %s are analysed up to the report', async (name) => {
    const base = fixture(name);
    for (let seed = 1; seed <= 8; seed++) {
      await fuzzAnalysis(mutated(base, seed)).catch((error: unknown) =>
        expect.fail(`seed ${seed}: ${String(error)}`),
      );
    }
  });

  it.each(formatBases())(
    'made from $name never throw, and what is read of them prints and parses',
    async (base) => {
      for (let seed = 1; seed <= 40; seed++) {
        const bytes = damaged(base, seed);
        const tried = async (): Promise<void> => {
          const result = await fuzzFile(base.name, bytes);
          if (result !== 'unreadable' && seed % 8 === 0) await fuzzAnalysis(bytes, undefined, base.name);
        };
        await tried().catch((error: unknown) => expect.fail(`seed ${seed}: ${String(error)}`));
      }
    },
  );

  it('of random bytes never throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (content) => {
        await fuzzBinary(content);
      }),
      { numRuns: 500 },
    );
  });

  it('of random fields never throw', async () => {
    const field = fc.constantFrom(
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      12,
      13,
      14,
      15,
      16,
      20,
      21,
      22,
      25,
      50_001,
    );
    const value: fc.Memo<number[]> = fc.memo((depth) =>
      fc
        .array(
          fc.oneof(
            fc.tuple(field, fc.maxSafeInteger()).map(([number, content]) => int(number, content)),
            fc.tuple(field, fc.string({ maxLength: 6 })).map(([number, content]) => text(number, content)),
            fc
              .tuple(field, fc.uint8Array({ maxLength: 9 }))
              .map(([number, content]) => bytes(number, content)),
            ...(depth > 0
              ? [fc.tuple(field, value(depth - 1)).map(([number, content]) => part(number, content))]
              : []),
          ),
          { maxLength: 5 },
        )
        .map((parts) => parts.flat()),
    );
    await fc.assert(
      fc.asyncProperty(value(5), async (content) => {
        await fuzzBinary(modelOf([content]));
        await fuzzBinary(Uint8Array.from(content));
      }),
      { numRuns: 500 },
    );
  });
});

describe('hostile files', () => {
  it('that claim gigabytes give one problem and take no memory for them', async () => {
    const model = Uint8Array.from([...int(1, 8), ...varint(7 * 8 + 2), ...varint(2 ** 40), ...text(2, 'g')]);
    const { value, problems } = await readOnnx(memorySource(model), uninterrupted);
    expect(value!.graph.name).toBe('g');
    expect(problems.map(({ code }) => code)).toEqual(['format.truncated']);
  });

  it('with a tensor of absurd shape are read', async () => {
    const dims = [int(1, 2n ** 62n), int(1, 2n ** 62n), int(1, -5)];
    const { value, problems } = await readOnnx(
      memorySource(modelOf([someNode, part(5, ...dims, int(2, 1), text(8, 'w'))])),
      uninterrupted,
    );
    expect(problems).toEqual([]);
    expect(value!.graph.initializers[0]!.dims).toEqual([2 ** 62, 2 ** 62, -5]);
  });

  it('with graphs in graphs in graphs end at the limit', async () => {
    let graph = text(2, 'innermost');
    for (let i = 0; i < 100; i++)
      graph = part(1, text(4, 'If'), part(5, text(1, 'then_branch'), part(6, graph), int(20, 5)));
    const { problems } = await readOnnx(memorySource(modelOf([graph])), uninterrupted);
    expect(problems.map(({ code }) => code)).toEqual(['format.too-deep']);
  });

  it.each([
    ['nodes', 1, (flood: number[]) => modelOf([flood])],
    ['attributes', 5, (flood: number[]) => modelOf([part(1, flood)])],
    ['inputs', 1, (flood: number[]) => modelOf([part(1, flood)])],
    ['dimensions', 1, (flood: number[]) => modelOf([someNode, part(11, part(2, part(1, part(2, flood))))])],
  ])('with a million empty %s are cut', async (_title, field, wrap) => {
    const flood = new Array<number[]>(1_000_000).fill([field * 8 + 2, 0]).flat();
    const { value, problems } = await readOnnx(memorySource(wrap(flood)), uninterrupted);
    expect(problems.map(({ code }) => code)).toEqual(['format.too-many']);
    expect(value!.graph.nodes.length).toBeLessThanOrEqual(10_001);
    expect(value!.graph.nodes[0]!.attributes.length + value!.graph.nodes[0]!.inputs.length).toBeLessThan(
      100_000,
    );
    printListing(value!, { fileName: 'flood.onnx' });
  });

  it.each([
    ['tensors', 10],
    ['graphs', 11],
    ['strings', 9],
  ])('with an attribute of 300,000 empty %s keep what is sensible', async (_title, field) => {
    const flood = new Array<number[]>(300_000).fill([field * 8 + 2, 0]).flat();
    const kinds: Record<number, number> = { 9: 8, 10: 9, 11: 10 };
    const attribute = part(5, text(1, 'a'), int(20, kinds[field]!), flood);
    const bytes = modelOf([part(1, attribute, text(4, 'Relu')), part(1, text(4, 'Sigmoid'), text(2, 'y'))]);
    const { value, problems } = await readOnnx(memorySource(bytes), uninterrupted);
    expect(problems.map(({ code }) => code)).toEqual(['format.too-many']);
    const [flooded, next] = value!.graph.nodes;
    const items = flooded!.attributes[0]!.value as readonly unknown[];
    // The attribute's own name counts among its strings.
    expect(items.length).toBe(field === 9 ? 249_999 : 10_000);
    // What stands behind the flood is still read.
    expect(next!.operator).toBe('Sigmoid');
  });

  it('with 300,000 functions without a name keep 10,000', async () => {
    const flood = new Array<number[]>(300_000).fill([...varint(25 * 8 + 2), 0]).flat();
    const bytes = Uint8Array.from([...modelOf([someNode]), ...flood]);
    const { value, problems } = await readOnnx(memorySource(bytes), uninterrupted);
    expect(problems.map(({ code }) => code)).toEqual(['format.too-many']);
    expect(value!.functions.length).toBe(10_000);
  });

  it('with small nodes by the hundred thousand are read to the limit', async () => {
    const flood = new Array<number[]>(300_000).fill(part(1, text(4, 'Relu'), text(2, 'y'))).flat();
    const head = [...int(1, 8), ...varint(7 * 8 + 2), ...varint(flood.length)];
    const bytes = new Uint8Array(head.length + flood.length);
    bytes.set(head);
    bytes.set(flood, head.length);
    const { value, problems } = await readOnnx(memorySource(bytes), uninterrupted);
    const limit = 150_000 + Math.floor(bytes.length / 40);
    expect(problems).toMatchObject([{ code: 'format.too-many', args: { limit } }]);
    // The graph counts as one.
    expect(value!.graph.nodes.length).toBe(limit - 1);
  });

  it('of garbage give a short list of problems that says how many there are', async () => {
    // A hundred nodes whose second field has a wire type that does not exist.
    const bad = part(1, [...varint(2 * 8 + 7), 1, 2, 3]);
    const { problems } = await readOnnx(
      memorySource(modelOf([part(1, text(4, 'Relu')), ...new Array<number[]>(100).fill(bad)])),
      uninterrupted,
    );
    expect(problems.length).toBe(9);
    expect(problems.at(-1)).toMatchObject({ code: 'format.more-problems', args: { count: 92 } });
  });
});

/** Seeds that once failed, with the reason, so that they never do again. */
const onceFailed: readonly (readonly [base: (typeof bases)[number], isText: boolean, seed: number])[] = [];

describe.runIf(onceFailed.length > 0)('seeds that once failed', () => {
  it.each(onceFailed)('%s, text: %s, seed %i', async (name, isText, seed) => {
    await fuzzSeed(isText ? await listingBytes(name) : fixture(name), isText, seed);
  });
});
