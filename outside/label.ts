import { visible } from './hidden';

/** Text for labels in which VS Code shows `$(name)` as an icon: lenses, pick lists, status items. */
export function labelText(text: string): string {
  return visible(text).replace(/\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/g, '\\$&');
}

/** Text for a message box, in which VS Code makes `[text](command:…)` a link that carries the command out. */
export function messageText(text: string): string {
  return visible(text).replaceAll('](', '] (');
}
