/** Columns that a text takes in a terminal or an editor: Hangul and CJK letters take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const letter of text) {
    width +=
      /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        letter,
      )
        ? 2
        : 1;
  }
  return width;
}
