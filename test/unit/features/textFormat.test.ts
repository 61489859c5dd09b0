import { gunzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { printListing } from '../../../server/engine/formats/onnxText/print';
import { uninterrupted } from '../../../server/engine/scheduler';
import { formatText } from '../../../server/features/formatting';

const models = fileURLToPath(new URL('../../fixtures/models/', import.meta.url));

function formatted(text: string): string {
  const result = formatText(text);
  if (!result.ok) throw new Error(result.reason);
  return result.edits[0]?.newText ?? text;
}

describe('formatting', () => {
  const names = readdirSync(models).filter((name) => /\.onnx(\.gz)?$/.test(name));
  it.each(names)('leaves the listing of %s as it is, whole or not', async (name) => {
    const raw = readFileSync(models + name);
    const bytes = name.endsWith('.gz') ? gunzipSync(raw) : raw;
    const source = {
      size: bytes.length,
      read: (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length)),
    };
    const { value } = await readOnnx(source, uninterrupted);
    if (!value) throw new Error('unreadable');
    for (const complete of [false, true]) {
      const { text } = printListing(value, { fileName: name, complete });
      expect(formatted(text)).toBe(text);
    }
  });

  it.each([
    ['an empty text', '', '\n'],
    ['comments alone', '  # a\n\n\n\n  # b\n', '# a\n\n# b\n'],
    ['omitted arguments', 'g()=>(){y=Clip(x,,m)}', 'g () => ()\n{\n  y = Clip (x,, m)\n}\n'],
    ['nodes without outputs', 'g()=>(){=A()}', 'g () => ()\n{\n  = A ()\n}\n'],
    [
      'types and tensors',
      'g(seq ( float [N,2] ) s)=>()<float [ 2 ]w={ 1,-2.5 },float[1] e=[ "location":"a" ]>{}',
      'g (seq(float[N, 2]) s) => ()\n<\n  float[2] w = {1, -2.5},\n  float[1] e = ["location": "a"]\n>\n{\n}\n',
    ],
    [
      'subgraphs',
      'g()=>(){y=If(c)<then_branch=t()=>(float y){y=A()},else_branch=e()=>(float y){y=B()}>}',
      'g () => ()\n{\n  y = If (c) <then_branch = t () => (float y)\n  {\n    y = A ()\n  }, else_branch = e () => (float y)\n  {\n    y = B ()\n  }>\n}\n',
    ],
    [
      'functions',
      'g()=>(){}\n<domain:"d",opset_import:["":18]>f<a,b:int=1>(x)=>(y){y=d.A:o<r=@a>(x)}',
      'g () => ()\n{\n}\n\n<domain: "d", opset_import: ["" : 18]>\nf <a, b: int = 1> (x) => (y)\n{\n  y = d.A:o <r = @a> (x)\n}\n',
    ],
    [
      'comments within a header',
      'g(float[2] a, # first\nfloat[2] b # second\n)=>(){}',
      'g (\n  float[2] a,  # first\n  float[2] b  # second\n) => ()\n{\n}\n',
    ],
    [
      'comments within a node',
      'g()=>(){y=Add(a, # left\nb)}',
      'g () => ()\n{\n  # left\n  y = Add (a, b)\n}\n',
    ],
    ['comments at the end', 'g()=>(){\n}\n# end', 'g () => ()\n{\n}\n# end\n'],
    [
      'numbers as written',
      'g()=>(){y=A<a=1.50,b=-1e-05,c=9007199254740993>()}',
      'g () => ()\n{\n  y = A <a = 1.50, b = -1e-05, c = 9007199254740993> ()\n}\n',
    ],
  ])('lays out %s, and leaves the result as it is', (_name, text, expected) => {
    expect(formatted(text)).toBe(expected);
    expect(formatted(expected)).toBe(expected);
  });

  it.each([
    'g (',
    'g () => () { y = ',
    'g () => () { y = A (x }',
    '<a: [',
    'g () => () { y = A <b = > (x) }',
    '}',
  ])('refuses %s', (text) => {
    expect(formatText(text)).toEqual({ ok: false, reason: 'text.format-syntax' });
  });
});
