import { mostKeptElements } from '../../graph/tensors';

/** A number, `true` or `false`, or several of them with commas between; undefined for anything else. */
export function parseValue(text: string): readonly number[] | undefined {
  const parts = text.trim().split(/\s*,\s*/);
  const numbers = parts.map(parseNumber);
  const isList = numbers.length <= mostKeptElements && numbers.every((number) => number !== undefined);
  return isList ? numbers : undefined;
}

function parseNumber(text: string): number | undefined {
  if (text === 'true') return 1;
  if (text === 'false') return 0;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
    ? Number(text)
    : undefined;
}

/** As {@link parseValue} for what JSON holds. */
export function valueOfJson(value: unknown): readonly number[] | undefined {
  const numbers = (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) =>
    typeof one === 'boolean' ? Number(one) : one,
  );
  const isList = numbers.length <= mostKeptElements && numbers.every((one) => Number.isFinite(one));
  return isList ? (numbers as number[]) : undefined;
}

/** `16000`, `true` or `1,2,3`: as {@link parseValue} reads it. */
export function valueText(numbers: readonly number[], isTruth: boolean): string {
  return numbers.map((number) => (isTruth ? String(number !== 0) : String(number))).join(',');
}
