/** The shortest decimal that reads back as the same 32-bit float: 0.00001 and not 0.000009999999747378752. */
export function shortestSingle(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === Math.fround(value)) return shorter;
  }
  return value;
}
