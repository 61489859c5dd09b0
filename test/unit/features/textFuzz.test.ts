import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from '../../../server/engine/formats/onnxText/lexer';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';
import { completions } from '../../../server/features/completion';
import { formatText } from '../../../server/features/formatting';
import { rename, renameRange } from '../../../server/features/rename';
import { semanticTokens } from '../../../server/features/semanticTokens';
import { signatureHelp } from '../../../server/features/signatureHelp';
import { checkNames } from '../../../server/features/textNames';
import { TextProblems } from '../../../server/features/textProblem';
import type { Listing } from '../../../server/workspace/analysis';
import { emptyModel } from '../../../server/engine/graph/emptyModel';

const sample = `<ir_version: 10, opset_import: ["" : 18, "own" : 1]> # head
g (float[N, 4] x, bool c) => (float[N, 4] y)
<float[4] w = {1, 2, 3, 4}, float[N, 4] p>
{
  p, "q.r" = own.F:o <k = 1> (x, w)
  [n] y = If (c) <then_branch = t () => (float a) { a = Relu (p) }, else_branch = e () => (float b) { b = Neg (p) }>
  z = Concat <axis: int = 0> (p,, "q.r")
}
<domain: "own", overload: "o", opset_import: ["" : 18]>
F <k> (u, v) => (r, s) { r = Add (u, v) s = Mul <m = @k> (u, u) }
`;

/** The sample with pieces cut out, doubled, or replaced by what hurts. */
const damaged = fc
  .array(
    fc.record({
      at: fc.nat(sample.length),
      cut: fc.nat(12),
      put: fc.constantFrom(
        '',
        '(',
        ')',
        '<',
        '>',
        '{',
        '}',
        '[',
        ']',
        '"',
        '=',
        ',',
        '.',
        '#',
        '\n',
        '@',
        'If',
        '한',
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((changes) =>
    changes.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), sample),
  );

async function listingOf(text: string): Promise<Listing> {
  const { value, positions, problems } = await parseOnnxText(text, uninterrupted);
  return {
    uri: 'file:///w/a.onnxtxt',
    modelUri: 'file:///w/a.onnxtxt',
    revision: 1,
    state: 'ok',
    model: value ?? emptyModel,
    positions,
    bytes: 0,
    lineCount: text.split('\n').length,
    problems,
    external: { problems: [], revision: 0, files: null },
  };
}

describe('damaged text', () => {
  it('breaks no feature at any place', async () => {
    await fc.assert(
      fc.asyncProperty(damaged, fc.nat(), async (text, seed) => {
        const listing = await listingOf(text);
        const model = { text, tokens: tokenize(text), listing };
        const before = text.slice(0, seed % (text.length + 1)).split('\n');
        const at = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
        completions(model, at, { language: 'en', snippets: true, types: new Map() });
        signatureHelp(model, at, 'en');
        renameRange(listing, at);
        rename(listing, at, 'other');
        const problems = new TextProblems(100);
        await checkNames(model, problems, uninterrupted);
        const { data } = await semanticTokens(listing.positions, 0, listing.lineCount, uninterrupted);
        // The protocol knows no negative steps.
        expect(data.every((cell) => cell >= 0)).toBe(true);
        for (const { range } of problems.list) {
          expect(range.end.line).toBeLessThan(listing.lineCount);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is never changed by formatting but in its space, and the second time not at all', () => {
    const words = (text: string): string[] =>
      tokenize(text).flatMap(({ kind, text: word }) => (kind === 'comment' ? [] : [word]));
    fc.assert(
      fc.property(damaged, (text) => {
        const first = formatText(text);
        if (!first.ok) return;
        const formatted = first.edits[0]?.newText ?? text;
        expect(words(formatted)).toEqual(words(text));
        expect(formatText(formatted)).toEqual({ ok: true, edits: [] });
      }),
      { numRuns: 1000 },
    );
  });
});
