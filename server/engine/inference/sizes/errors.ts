import type { Problem } from '../../problem';

/** What an error is about, whatever the sizes that it names. */
export function errorKey({ code, node, value }: Problem): string {
  return `${code}|${node}|${value ?? ''}`;
}
