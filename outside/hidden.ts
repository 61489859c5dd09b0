/**
 * Letters without a shape of their own: control and format characters, separators of lines, halves of a pair, and what
 * fonts leave out. Terminals obey some, others turn or hide the text around them.
 */
const hidden = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';
const anyHidden = new RegExp(hidden, 'u');
const eachHidden = new RegExp(hidden, 'gu');

/** True if the text holds a letter that nobody can see. */
export function hasHidden(text: string): boolean {
  return anyHidden.test(text);
}

/** The text on one line with nothing hidden in it: breaks and tabs become a blank, other hidden letters `\u{202e}`. */
export function visible(text: string): string {
  return text
    .replace(/[\t-\r]+/g, ' ')
    .replace(eachHidden, (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`);
}

/** At most so many letters; an ellipsis stands for what was cut. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A letter of two halves goes as a whole.
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
