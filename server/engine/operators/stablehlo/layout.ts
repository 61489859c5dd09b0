/** The axes of one operand of a convolution: batch (or output features) and features by their place, then those of space. */
export interface OperandLayout {
  readonly batch: number;
  readonly features: number;
  readonly spatial: readonly number[];
}

/** Layouts of the image, the kernel and the result of a convolution. */
export interface ConvolutionLayouts {
  readonly image: OperandLayout;
  readonly kernel: OperandLayout;
  readonly result: OperandLayout;
}

/** Letters for the first two axes: of a kernel `o` counts what comes out, and `i` what goes in. */
const letters = { image: ['b', 'f'], kernel: ['o', 'i'], result: ['b', 'f'] } as const;

/** Reads `[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]`; undefined for what is not of this form. */
export function layoutsOf(text: string | undefined): ConvolutionLayouts | undefined {
  const lists = text?.match(/\[[^\]]*\]/g)?.map((list) =>
    list
      .slice(1, -1)
      .split(',')
      .map((part) => part.trim()),
  );
  if (lists?.length !== 3) return undefined;
  const [image, kernel, result] = [letters.image, letters.kernel, letters.result].map((pair, i) =>
    operandOf(lists[i]!, pair),
  );
  const isSame =
    image?.spatial.length === kernel?.spatial.length && image?.spatial.length === result?.spatial.length;
  return image && kernel && result && isSame ? { image, kernel, result } : undefined;
}

function operandOf(
  parts: readonly string[],
  [first, second]: readonly [string, string],
): OperandLayout | undefined {
  const [batch, features] = [parts.indexOf(first), parts.indexOf(second)];
  const spatial = Array.from({ length: Math.max(parts.length - 2, 0) }, (_, i) => parts.indexOf(String(i)));
  return batch < 0 || features < 0 || spatial.includes(-1) ? undefined : { batch, features, spatial };
}
