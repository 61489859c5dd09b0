import { htmlText } from './html';

/** Text for an element or for an attribute in quotes of XML 1.0, which has no place for these two letters. */
export function xmlText(text: string): string {
  return htmlText(text).replace(/[\ufffe\uffff]/g, '\ufffd');
}
