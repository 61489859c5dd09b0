import { describe, expect, it } from 'vitest';
import { markdownAsPlainText, markdownCode, markdownText } from '../../../outside/markdown';

describe('Markdown as plain text', () => {
  it.each([
    ['**Gemm** → `float[8,24]`', 'Gemm → float[8,24]'],
    ['| Chip | Time |\n| :-- | --: |\n| A100 | 3 µs |', 'Chip   Time\nA100   3 µs'],
    ['[Open report](command:x?%5B1%5D) · [Relu](https://onnx.ai/a_b.html)', 'Open report · Relu'],
    ['- `a` and `b`', '- a and b'],
    ['[a \\] b](https://onnx.ai/x)', 'a ] b'],
  ])('%j is %j', (markdown, plain) => {
    expect(markdownAsPlainText(markdown)).toBe(plain);
  });

  it.each([
    '**not bold**',
    '[no](link)',
    'a | b',
    '`code`',
    'C:\\path',
    '1. item',
    '- item',
    '<b>',
    'www.x.y',
  ])('%j of a model is what it was', (text) => {
    expect(markdownAsPlainText(markdownText(text))).toBe(text);
    expect(markdownAsPlainText(`| ${markdownText(text)} |`)).toBe(text);
  });

  it('keeps the bars of code in a table', () => {
    expect(markdownAsPlainText(`| ${markdownCode('a|b')} | c |`)).toBe('a|b   c');
  });
});
