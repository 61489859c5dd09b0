import { describe, expect, it } from 'vitest';
import { problemMessage } from '../../../l10n/problems';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { aliasesOf, resolveBindings, unknownBindings } from '../../../server/engine/inference/bindingNames';
import { infer } from '../../../server/engine/inference/infer';
import { uninterrupted } from '../../../server/engine/scheduler';
import { argOf } from '../../../server/engine/problem';

async function modelOf(inputs: string, body = 'y = Identity (x)', output = 'float[out] y') {
  const text = `<ir_version: 9, opset_import: ["" : 20]>\ng (${inputs}) => (${output}) {\n  ${body}\n}\n`;
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

async function resolved(inputs: string, ...layers: Record<string, number>[]) {
  const { graph } = await modelOf(inputs);
  const { bindings, problems } = resolveBindings(graph, layers);
  return { bindings, problems: problems.map((one) => [one.code, argOf(one, 'names') ?? argOf(one, 'name')]) };
}

describe('aliases of roles', () => {
  it.each([
    ['float[batch_size,s] x', { batch: 2, sequence: 3 }, { batch_size: 2, s: 3 }],
    ['float[N,seq_len,past_sequence_length] x', { past: 4, batch: 2 }, { past_sequence_length: 4, N: 2 }],
    // Names of their own come first: `sequence` is no alias here.
    ['float[sequence,decoder_sequence_length] x', { sequence: 3 }, { sequence: 3 }],
    ['float[total_sequence_length,sequence_length] x', { sequence: 3 }, { sequence_length: 3 }],
  ])('in %s', async (inputs, given, expected) => {
    expect(await resolved(inputs, given)).toEqual({ bindings: expected, problems: [] });
  });

  it('that stand for several symbols give all of them the number', async () => {
    expect(await resolved('float[batch_a,batch_b] x', { batch: 2 })).toEqual({
      bindings: { batch_a: 2, batch_b: 2 },
      problems: [],
    });
  });

  it('tell sizes without a name of their own by the place', async () => {
    const inputs = 'float[s0,3,s1,s2] x, int64[s3,s4] ids';
    expect((await resolved(inputs, { batch: 2, height: 320, sequence: 9 })).bindings).toEqual({
      s0: 2,
      s3: 2,
      s1: 320,
      s4: 9,
    });
  });

  it('that stand for none say which names there are', async () => {
    const said = async (inputs: string) => {
      const model = await modelOf(inputs, 'y = Identity (x)', 'float[] y');
      const { bindings } = resolveBindings(model.graph, [{ past: 2 }]);
      const asked = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
      return unknownBindings(await infer(model, asked), bindings).map((one) => [
        one.code,
        argOf(one, 'names'),
      ]);
    };
    expect(await said('float[width] x')).toEqual([['binding.unknown', 'width']]);
    expect(await said('float[3] x')).toEqual([['binding.no-names', undefined]]);
  });

  it('contradict the name that they stand for in one layer and give way to a later layer', async () => {
    const inputs = 'float[batch_size] x';
    expect((await resolved(inputs, { batch: 2, batch_size: 3 })).problems).toEqual([
      ['binding.contradiction', 'batch_size'],
    ]);
    expect(await resolved(inputs, { batch: 3, batch_size: 3 })).toEqual({
      bindings: { batch_size: 3 },
      problems: [],
    });
    expect(await resolved(inputs, { batch_size: 2 }, { batch: 3 })).toEqual({
      bindings: { batch_size: 3 },
      problems: [],
    });
    expect((await resolved(inputs, { batch: 2 }, { batch_size: 3 })).bindings).toEqual({ batch_size: 3 });
  });

  it('are told by symbol', async () => {
    const { graph } = await modelOf('float[batch_size,s1,t1_seq,seq_2] x');
    // Two sequences have no name of their own in common; an axis behind the batch of a 4-D input is that of channels.
    expect([...aliasesOf(graph)]).toEqual([
      ['batch_size', 'batch'],
      ['s1', 'channels'],
    ]);
  });
});

describe('names that bindings may give', () => {
  const workload = { phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const unknown = async (model: Awaited<ReturnType<typeof modelOf>>, bindings: Record<string, number>) =>
    unknownBindings(await infer(model, { ...workload, bindings }), bindings);

  it('are those of inputs, of what data decides and of declarations alone', async () => {
    const model = await modelOf('float[n] x', 'y = NonZero (x)', 'int64[1,found] y');
    const bindings = { n: 2, found: 3, 'y.count': 3, nn: 1 };
    expect((await unknown(model, bindings)).map((one) => argOf(one, 'name'))).toEqual(['nn']);
  });

  it('hold trips of loops that there are', async () => {
    const body = `y = Loop <body = b (int64 i, bool c, float[2] a) => (bool d, float[2] e) {
      d = Identity (c)
      e = Identity (a)
    }> (m, c0, x)`;
    const model = await modelOf('float[2] x, int64 m, bool c0', body, 'float[2] y');
    expect(await unknown(model, { 'loop:y': 4 })).toEqual([]);
    const [problem] = await unknown(model, { 'loop:z': 4 });
    expect(problem?.args).toMatchObject({ name: 'loop:z', names: 'loop:y' });
    for (const language of ['en', 'ko'] as const)
      expect(problemMessage(language, problem!)).toMatch(/loop:z.*loop:y/);
  });

  it('are no inherited properties of objects', async () => {
    const model = await modelOf('float[n] x');
    const bindings = JSON.parse('{ "constructor": 3, "__proto__": 4 }') as Record<string, number>;
    const names = (await unknown(model, bindings)).map((one) => argOf(one, 'name'));
    expect(names).toEqual(['constructor', '__proto__']);
  });
});
