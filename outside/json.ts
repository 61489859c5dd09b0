/** Hidden letters except the breaks and blanks between values, which no text of JSON holds as they are. */
const hidden = /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** JSON that says the same to programs and has nothing hidden in it for terminals and readers. */
export function plainJson(json: string): string {
  return json.replace(hidden, (letter) =>
    letter
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
