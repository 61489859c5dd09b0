import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  Diagnostic,
  SemanticTokens,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { afterEach, describe, expect, it } from 'vitest';
import { allCapabilities, TestClient } from './client';
import type { TestDocument } from './client';

let client: TestClient;
afterEach(() => client.stop());

const snippetClient = {
  ...allCapabilities,
  textDocument: {
    ...allCapabilities.textDocument,
    completion: { completionItem: { snippetSupport: true } },
  },
};

/** Opens a text in which `|` is the cursor. */
async function open(marked: string, options = {}): Promise<{ document: TestDocument; at: Place }> {
  client = await TestClient.inProcess(options);
  const cursor = marked.indexOf('|');
  const text = marked.replace('|', '');
  const document = await client.openText('untitled:Untitled-1', text);
  const before = (cursor < 0 ? text : text.slice(0, cursor)).split('\n');
  return { document, at: { line: before.length - 1, character: before.at(-1)?.length ?? 0 } };
}
interface Place {
  line: number;
  character: number;
}

/** A graph of which the body is given. */
function graph(body: string, head = '<ir_version: 10, opset_import: ["" : 18]>'): string {
  return `${head}
net (float[N, 16] x, int64[2] shape) => (float[N, 4] y)
<
  float[16, 4] weight = ["location": "w.bin"]
>
{
  ${body}
}
`;
}

async function complete(marked: string, options = {}): Promise<CompletionItem[]> {
  const { document, at } = await open(marked, options);
  const list = await document.ask<CompletionList | null>('completion', { position: at });
  return list?.items ?? [];
}

async function problems(text: string): Promise<Diagnostic[]> {
  const { document } = await open(text);
  const report = await document.diagnostics();
  return report.kind === 'full'
    ? report.items.filter(({ severity }) => severity === 1 || severity === 2)
    : [];
}

/** Code and the words it is at. */
async function codes(text: string): Promise<string[]> {
  const lines = text.split('\n');
  return (await problems(text)).map(({ code, range: { start, end } }) => {
    const word = lines[start.line]?.slice(start.character, end.character);
    return `${code} ${word}`;
  });
}

describe('completion in hand-written text', () => {
  it('takes a place behind the end for the end', async () => {
    const { document } = await open('g () => () {}');
    const ask = (line: number, character: number): Promise<CompletionList | null> =>
      document.ask<CompletionList | null>('completion', { position: { line, character } });
    for (const list of [await ask(0, 1e6), await ask(1e6, 0)]) {
      const places = (list?.items ?? []).flatMap(({ textEdit }) =>
        textEdit && 'range' in textEdit ? [textEdit.range] : [],
      );
      for (const { start, end } of places)
        expect([start.line, end.line, end.character <= 13]).toEqual([0, 0, true]);
    }
  });

  it('offers operators of the imported version, with what they need', async () => {
    const items = await complete(graph('p = Con|'), { capabilities: snippetClient });
    const labels = items.map(({ label }) => label);
    expect(labels).toContain('Conv');
    expect(labels).toContain('MatMul');
    // Version 20 brought Gelu; version 10 took Upsample away; com.microsoft is not imported.
    expect(labels).not.toContain('Gelu');
    expect(labels).not.toContain('Upsample');
    // Runtimes know it in the standard domain, but the standard does not.
    expect(labels).not.toContain('SimplifiedLayerNormalization');
    expect(labels.filter((label) => label.startsWith('com'))).toEqual([]);
    const concat = items.find(({ label }) => label === 'Concat');
    expect(concat?.textEdit).toMatchObject({ newText: 'Concat <axis = $1> (${2:inputs})' });
    expect(concat?.detail).toBe('ai.onnx, since version 13');
    expect(concat?.textEdit).toMatchObject({
      range: { start: { line: 6, character: 6 }, end: { line: 6, character: 9 } },
    });
  });

  it('offers those of other imported domains, and the functions of the model', async () => {
    const head = '<ir_version: 10, opset_import: ["" : 20, "com.microsoft" : 1, "own" : 1]>';
    const text = `${graph('p = |', head)}<domain: "own", opset_import: ["" : 20]>\nTwice (a) => (b) { b = Add (a, a) }\n`;
    const labels = (await complete(text)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['Gelu', 'com.microsoft.FastGelu', 'own.Twice']));
  });

  it('explains an operator when asked', async () => {
    const { document, at } = await open(graph('p = Gem|'));
    const list = await document.ask<CompletionList>('completion', { position: at });
    const gemm = list.items.find(({ label }) => label === 'Gemm');
    const resolved = await client.ask<CompletionItem>('completionItem/resolve', gemm ?? {});
    expect(JSON.stringify(resolved.documentation)).toContain('onnx__Gemm.html');
  });

  it('offers attributes with types and defaults, without those given', async () => {
    const items = await complete(graph('p = Gemm <alpha = 2.0, |> (x, weight)'));
    expect(items.map(({ label, detail }) => [label, detail])).toEqual([
      ['beta', 'beta: float = 1.0'],
      ['transA', 'transA: int = 0'],
      ['transB', 'transB: int = 0'],
    ]);
  });

  it('offers the texts that an attribute may be, and types by name', async () => {
    const modes = await complete(graph('p = Pad <mode = |> (x, shape)'));
    expect(modes.map(({ label }) => label)).toEqual(['"constant"', '"reflect"', '"edge"', '"wrap"']);
    const types = await complete(graph('p = Cast <to = |> (x)'));
    expect(types.find(({ label }) => label === 'float16')?.textEdit).toMatchObject({ newText: '10' });
  });

  it('offers values made before, the nearest first, those of another type last', async () => {
    const items = await complete(graph('p = Relu (x)\n  q = MatMul (p, |)\n  y = Add (q, q)'));
    const order = [...items].sort((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1));
    expect(order.map(({ label }) => label)).toEqual(['p', 'weight', 'x', 'shape']);
  });

  it('offers values with their types while the line is incomplete', async () => {
    const { document, at } = await open(graph('p = Relu (x)\n  y = MatMul (|'));
    await document.lenses();
    const list = await document.ask<CompletionList>('completion', { position: at });
    expect(list.items.find(({ label }) => label === 'p')?.detail).toBe('float[1,16]');
  });

  it('offers types in headers, keys and domains at the top', async () => {
    const types = await complete('<ir_version: 10, opset_import: ["" : 18]>\nnet (|) => (float[N] y) {}');
    expect(types.map(({ label }) => label)).toEqual(expect.arrayContaining(['float', 'int64', 'seq']));
    await client.stop();
    const keys = await complete('<ir_version: 10, |>\nnet () => () {}');
    expect(keys.map(({ label }) => label)).toContain('opset_import');
    await client.stop();
    const domains = await complete('<opset_import: ["" : 18, |]>\nnet () => () {}');
    expect(domains.find(({ label }) => label === 'com.microsoft')?.textEdit).toMatchObject({
      newText: '"com.microsoft" : 1',
    });
  });

  it('offers the outputs that are still to be made', async () => {
    const items = await complete(graph('p = Relu (x)\n  |'));
    expect(items.map(({ label, textEdit }) => [label, (textEdit as TextEdit).newText])).toEqual([
      ['y', 'y = '],
    ]);
  });

  it('offers a whole model where nothing stands yet, which has no mistakes', async () => {
    const items = await complete('# mine\n|');
    expect(items.map(({ label }) => label)).toEqual(['model']);
    const { newText } = items[0]?.textEdit as TextEdit;
    await client.stop();
    expect((await codes(newText)).filter((one) => /^(text|operator|format)/.test(one))).toEqual([]);
    await client.stop();
    expect((await problems('')).map(({ code }) => code)).toEqual(['text.no-graph']);
  });

  it('offers nothing in comments and texts', async () => {
    expect(await complete(graph('# p = |'))).toEqual([]);
  });
});

describe('signature help', () => {
  const help = async (marked: string): Promise<SignatureHelp | null> => {
    const { document, at } = await open(marked);
    return document.ask('signatureHelp', { position: at });
  };

  it('names the inputs and the one at hand', async () => {
    const result = await help(graph('p = Gemm <transB = 1> (x, |'));
    const [signature] = result?.signatures ?? [];
    expect(signature?.label).toBe('Gemm (A: T, B: T, C?: T) → (Y: T)');
    expect(signature?.activeParameter).toBe(1);
    const [start, end] = (signature?.parameters?.[1]?.label ?? [0, 0]) as [number, number];
    expect(signature?.label.slice(start, end)).toBe('B: T');
    expect(signature?.parameters?.[1]?.documentation).toContain('float16');
  });

  it('stays at a repeated input', async () => {
    const result = await help(graph('p = Concat <axis = 0> (x, x, |)'));
    expect(result?.signatures[0]).toMatchObject({
      label: 'Concat (inputs…: T) → (concat_result: T)',
      activeParameter: 0,
    });
  });

  it('names the attributes', async () => {
    const result = await help(graph('p = Gemm <beta = |> (x, weight)'));
    const [signature] = result?.signatures ?? [];
    expect(signature?.label).toBe(
      'Gemm <alpha: float = 1.0, beta: float = 1.0, transA: int = 0, transB: int = 0>',
    );
    expect(signature?.activeParameter).toBe(1);
  });
});

describe('problems of hand-written text', () => {
  it('are none where there is nothing wrong', async () => {
    expect(await codes(graph('p = MatMul (x, weight)\n  y = Relu (p)'))).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^text\./)]),
    );
  });

  it.each([
    ['y = Rleu (x)', 'operator.unknown Rleu'],
    ['y = Gelu (x)', 'operator.later Gelu'],
    ['y = Upsample (x, x)', 'operator.deprecated Upsample'],
    ['y = com.microsoft.Gelu (x)', 'operator.opset-missing Gelu'],
    ['y = MatMul (x)', 'operator.inputs-few MatMul'],
    ['y = Relu (x, weight)', 'operator.inputs-many weight'],
    ['y, z = Relu (x)', 'operator.outputs-many z'],
    ['y = MatMul (, weight)', 'operator.input-missing '],
    ['y = Concat (x, x)', 'operator.attribute-missing Concat'],
    ['y = Relu <slope = 0.1> (x)', 'operator.attribute-unknown slope'],
    ['y = Softmax <axis = 1, axis = 1> (x)', 'operator.attribute-repeated axis'],
    ['y = LeakyRelu <alpha = 1> (x)', 'operator.attribute-type alpha'],
    ['y = Relu (nothing)', 'text.undefined nothing'],
    ['y = Relu (x)\n  y = Tanh (x)', 'text.redefined y'],
    ['x = Relu (weight)\n  y = Relu (x)', 'text.redefined x'],
    ['y = Relu (p)\n  p = Relu (x)', 'text.out-of-order p'],
    ['p = Add (x, q)\n  q = Relu (p)\n  y = Relu (q)', 'text.cycle q'],
    ['y = And (x, x)', 'operator.type-not-allowed x'],
    ['y = Mul (x, shape)', 'operator.type-differs shape'],
    ['z = Relu (x)', 'text.output-undefined y'],
    ['y = Relu (x)', 'inference.shape-contradiction Relu'],
  ])('%s: %s', async (body, expected) => {
    expect(await codes(graph(body))).toContain(expected);
  });

  it('say each thing once', async () => {
    const found = await codes(graph('y = Relu (nothing)'));
    expect(found.filter((one) => one.includes('undefined'))).toEqual(['text.undefined nothing']);
  });

  it('a broken line costs one line: what it would have made is not missing', async () => {
    const body = 'p = MatMul (x, weight\n  q = Relu (p)\n  r = = Relu (q)\n  y = Tanh (r)';
    const found = (await problems(graph(body))).filter(({ severity }) => severity === 1);
    expect(found.map(({ range }) => range.start.line)).toEqual([6, 8]);
  });

  it('know the scopes of subgraphs and functions', async () => {
    const head = '<ir_version: 10, opset_import: ["" : 18, "own" : 1]>';
    const body =
      'c = IsNaN (x)\n  y = If (c) <then_branch = a () => (float[N, 4] t) { t = Relu (x) }, else_branch = b () => (float[N, 4] e) { e = own.F (t) }>';
    const text = `${graph(body, head)}<domain: "own", opset_import: ["" : 18]>\nF (u) => (v) { v = Add (u, x) }\n`;
    const found = (await codes(text)).filter((one) => one.startsWith('text.undefined'));
    // A branch does not see the other's values, a function none of its caller's.
    expect(found).toEqual(['text.undefined t', 'text.undefined x']);
  });

  it('know the overloads of a function', async () => {
    const head = '<ir_version: 10, opset_import: ["" : 18, "own" : 1]>';
    const functions = ['a', 'b']
      .map(
        (name, i) =>
          `<domain: "own", overload: "${name}", opset_import: ["" : 18]>\nF (u${i ? ', v' : ''}) => (r) { r = Relu (u) }`,
      )
      .join('\n');
    const found = await codes(`${graph('p = own.F:b (x, x)\n  y = own.F:a (p, p)', head)}${functions}\n`);
    expect(found.filter((one) => one.startsWith('operator.'))).toEqual(['operator.inputs-many p']);
  });

  it('are in Korean for Korean users', async () => {
    const { document } = await open(graph('y = Relu (nothing)'), { locale: 'ko' });
    const report = await document.diagnostics();
    const texts = report.kind === 'full' ? report.items.map(({ message }) => message as string) : [];
    expect(texts).toContain('값 “nothing”을(를) 사용하지만 만드는 노드가 없습니다.');
  });
});

describe('fixes', () => {
  /** Titles, and the text with the first fix made. */
  async function fix(text: string, code: string): Promise<{ titles: string[]; fixed: string }> {
    const { document } = await open(text);
    const report = await document.diagnostics();
    const shown = report.kind === 'full' ? report.items.filter((one) => one.code === code) : [];
    const [first] = shown;
    if (!first) throw new Error(`no ${code}`);
    const actions = await document.ask<CodeAction[]>('codeAction', {
      range: first.range,
      context: { diagnostics: shown },
    });
    const own = actions.filter(({ diagnostics }) => diagnostics?.[0]?.code === code);
    const edits = own[0]?.edit?.changes?.[document.uri] ?? [];
    return { titles: own.map(({ title }) => title), fixed: applied(text, edits) };
  }

  it('adds a missing import to the list there is', async () => {
    const { titles, fixed } = await fix(graph('y = com.microsoft.Gelu (x)'), 'operator.opset-missing');
    expect(titles).toEqual(['Import com.microsoft version 1']);
    expect(fixed).toContain('opset_import: ["com.microsoft" : 1, "" : 18]');
    expect((await reopened(fixed)).filter((one) => one.startsWith('operator.'))).toEqual([]);
  });

  it('adds the list, or the whole header', async () => {
    const noList = await fix(graph('y = Relu (x)', '<ir_version: 10>'), 'operator.opset-missing');
    expect(noList.fixed).toMatch(/^<\n {2}opset_import: \["" : \d+\],ir_version: 10>/);
    await client.stop();
    const noHeader = await fix(graph('y = Relu (x)', ''), 'operator.opset-missing');
    expect(noHeader.fixed).toMatch(/^\n<\n {2}opset_import: \["" : \d+\]\n>\nnet/);
  });

  it.each([
    ['y = Rleu (x)', 'operator.unknown', 'y = Relu (x)'],
    ['y = matmul (x, weight)', 'operator.unknown', 'y = MatMul (x, weight)'],
    ['y = Gemm <transb = 1> (x, weight)', 'operator.attribute-unknown', '<transB = 1>'],
    ['y = LeakyRelu <alpha = 1> (x)', 'operator.attribute-type', '<alpha: float = 1>'],
    ['y = MatMul (x, wieght)', 'text.undefined', 'MatMul (x, weight)'],
  ])('%s: %s', async (body, code, expected) => {
    const { titles, fixed } = await fix(graph(body), code);
    expect(titles.length).toBe(1);
    expect(fixed).toContain(expected);
  });

  it('offers none where several words may be meant', async () => {
    // Sin, Sinh and Sign are all one letter away.
    expect((await fix(graph('y = Sih (x)'), 'operator.unknown')).titles).toEqual([]);
  });

  async function reopened(text: string): Promise<string[]> {
    await client.stop();
    return codes(text);
  }
});

describe('renaming', () => {
  it('changes a value everywhere, quoted where it must be', async () => {
    const body =
      'p = MatMul (x, weight)\n  c = IsNaN (p)\n  y = If (c) <then_branch = a () => (float t) { t = Relu (p|) }>';
    const { document, at } = await open(graph(body));
    const place = await document.ask<{ placeholder: string }>('prepareRename', { position: at });
    expect(place.placeholder).toBe('p');
    const edit = await document.ask<WorkspaceEdit>('rename', { position: at, newName: 'layer.0' });
    const text = applied(document.text, edit.changes?.[document.uri] ?? []);
    expect(text).toContain('"layer.0" = MatMul');
    expect(text).toContain('IsNaN ("layer.0")');
    expect(text).toContain('Relu ("layer.0")');
  });

  it('changes declared values with their types, and graph outputs', async () => {
    const text = 'g (float[N] x) => (float[N] y) <float[N] p> { p = Relu (x) y = Relu (p) }';
    const { document } = await open(text);
    const rename = (position: Place, newName: string): Promise<WorkspaceEdit> =>
      document.ask('rename', { position, newName });
    const first = await rename(document.at('p = '), 'q');
    expect(applied(text, first.changes?.[document.uri] ?? [])).toBe(
      'g (float[N] x) => (float[N] y) <float[N] q> { q = Relu (x) y = Relu (q) }',
    );
    const second = await rename(document.at('y = '), 'float');
    expect(applied(text, second.changes?.[document.uri] ?? [])).toContain('(float[N] "float")');
  });

  it('refuses a name that is taken, in words', async () => {
    const { document, at } = await open(graph('p| = MatMul (x, weight)\n  y = Relu (p)'));
    await expect(document.ask('rename', { position: at, newName: 'x' })).rejects.toThrow(
      'Another value already has this name.',
    );
    await expect(document.ask('rename', { position: at, newName: ' ' })).rejects.toThrow('needs a name');
  });

  it('renames no operators', async () => {
    const { document } = await open(graph('y = Relu (x)'));
    expect(await document.ask('prepareRename', { position: document.at('Relu') })).toBeNull();
  });
});

describe('formatting', () => {
  it('lays the text out and keeps the comments', async () => {
    const { document } = await open(
      '<ir_version:10,opset_import:["":18]># head\nnet(float[N]x)=>(float[N]y){#body\np=Relu(x)# first\n\n\n# own\ny=Gemm<alpha=1.5,beta = 2.0>(p,\np)}',
    );
    const edits = await document.ask<TextEdit[]>('formatting', {
      options: { tabSize: 2, insertSpaces: true },
    });
    expect(edits.length).toBe(1);
    expect(edits[0]?.newText).toBe(
      [
        '<',
        '  ir_version: 10,',
        '  opset_import: ["" : 18]',
        '>  # head',
        'net (float[N] x) => (float[N] y)',
        '{  #body',
        '  p = Relu (x)  # first',
        '',
        '  # own',
        '  y = Gemm <alpha = 1.5, beta = 2.0> (p, p)',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('leaves a text with syntax errors as it is, and says so in the log', async () => {
    const { document } = await open('net (float[N] x) => (float[N] y) { y = Relu (x }');
    expect(await document.ask('formatting', { options: { tabSize: 2, insertSpaces: true } })).toBeNull();
    expect(await client.next('window/logMessage')).toMatchObject({
      message: 'Untitled-1 is not formatted: it has syntax errors.',
    });
  });
});

describe('colours and hovers', () => {
  it('tell operators, attributes, inputs and values apart', async () => {
    const { document } = await open(graph('y = Gemm <alpha = 1.0> (x, weight)'));
    const { data } = await document.ask<SemanticTokens>('semanticTokens/range', {
      range: { start: { line: 6, character: 0 }, end: { line: 6, character: 99 } },
    });
    const legend = client.initialized.capabilities.semanticTokensProvider?.legend.tokenTypes ?? [];
    const line = document.lines[6] ?? '';
    const seen: string[][] = [];
    let character = 0;
    for (let i = 0; i < data.length; i += 5) {
      character = (i === 0 ? 0 : character) + (data[i + 1] ?? 0);
      seen.push([line.slice(character, character + (data[i + 2] ?? 0)), legend[data[i + 3] ?? -1] ?? '']);
    }
    expect(data[0]).toBe(6);
    expect(seen).toEqual([
      ['y', 'variable'],
      ['Gemm', 'function'],
      ['alpha', 'property'],
      ['x', 'parameter'],
      ['weight', 'variable'],
    ]);
  });

  it('explain an operator and an attribute, with a link', async () => {
    const { document } = await open(graph('y = Gemm <alpha = 1.0> (x, weight)'));
    expect(await document.hoverText(document.at('Gemm'))).toContain(
      'https://onnx.ai/onnx/operators/onnx__Gemm.html',
    );
    expect(await document.hoverText(document.at('alpha'))).toContain('`alpha: float = 1.0`');
  });

  it('serve no editing in listings', async () => {
    client = await TestClient.inProcess();
    const document = await client.openText('siliconlens:/w/a.onnx.onnxtxt', 'y = Relu (x)\n');
    expect(await document.ask('completion', { position: { line: 0, character: 4 } })).toBeNull();
    expect(await document.ask('formatting', { options: { tabSize: 2, insertSpaces: true } })).toBeNull();
  });
});

function applied(text: string, edits: readonly TextEdit[]): string {
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  const offset = ({ line, character }: Place): number => (starts[line] ?? text.length) + character;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (result, { range, newText }) =>
        result.slice(0, offset(range.start)) + newText + result.slice(offset(range.end)),
      text,
    );
}
