import { endOfQuoted } from '../engine/quoted';

/** JSON as people write settings, made plain: comments and trailing commas become blanks; strings stay. */
export function withoutComments(text: string): string {
  const parts: string[] = [];
  /** Where the last comma stands among the parts, while only blanks and comments follow it. */
  let comma = -1;
  for (let at = 0; at < text.length;) {
    const end = endOfPart(text, at);
    const isComment = end - at > 1 && text[at] === '/';
    const part = isComment ? ' ' : text.slice(at, end);
    if ((part === '}' || part === ']') && comma >= 0) parts[comma] = ' ';
    if (part === ',') comma = parts.length;
    else if (part.trim() !== '') comma = -1;
    parts.push(part);
    at = end;
  }
  return parts.join('');
}

/** The end of the string or comment that begins here, else of the letter. What nothing closes goes on to the end. */
function endOfPart(text: string, at: number): number {
  if (text[at] === '"') return endOfQuoted(text, at) ?? text.length;
  if (text.startsWith('//', at)) return endAt(text, text.indexOf('\n', at), 0);
  if (text.startsWith('/*', at)) return endAt(text, text.indexOf('*/', at + 2), 2);
  return at + 1;
}

function endAt(text: string, found: number, length: number): number {
  return found === -1 ? text.length : found + length;
}
