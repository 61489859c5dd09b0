/**
 * The place behind a quoted text that begins at `start`, in which a backslash takes the next letter with it. Null where
 * nothing closes it. A loop and no expression: hostile texts would make one begin anew at every quote.
 */
export function endOfQuoted(text: string, start: number): number | null {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
  }
  return null;
}
