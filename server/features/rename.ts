import type { Position, Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { ValuePosition } from '../engine/formats/onnxText/positions';
import { nameText } from '../engine/formats/onnxText/words';
import type { Listing } from '../workspace/analysis';

/** Why a value can't have a name: the key of a message. */
export type RenameFailure = 'text.rename-empty' | 'text.rename-taken' | 'text.rename-none';

function valueAt(listing: Listing, at: Position): { value: ValuePosition; range: Range } | null {
  const hit = listing.positions.hit(at.line, at.character);
  if (hit?.kind !== 'value' || hit.name === '') return null;
  const value = listing.positions.value(hit.scope, hit.name);
  return value ? { value, range: hit.range } : null;
}

/** The name at a position and where it stands; null where no value is. */
export function renameRange(listing: Listing, at: Position): { range: Range; placeholder: string } | null {
  const found = valueAt(listing, at);
  return found && { range: found.range, placeholder: found.value.name };
}

/** The edits that rename the value at a position in all scopes that see it, or why that can't be. */
export function rename(listing: Listing, at: Position, typed: string): WorkspaceEdit | RenameFailure {
  const found = valueAt(listing, at);
  if (!found) return 'text.rename-none';
  // A new name in quotes means the name between them.
  const name = /^".*"$/s.test(typed.trim()) ? typed.trim().slice(1, -1) : typed.trim();
  if (name === '') return 'text.rename-empty';
  if (name === found.value.name) return { changes: {} };
  if (isTaken(listing, found.value, name)) return 'text.rename-taken';
  const newText = nameText(name);
  const edits = new Map<string, TextEdit>();
  for (const range of [...found.value.definitions, ...found.value.uses]) {
    edits.set(`${range.start.line}:${range.start.character}`, { range, newText });
  }
  return { changes: { [listing.uri]: [...edits.values()] } };
}

/** A scope that sees the value has the name already, so that one would hide or join the other. */
function isTaken({ positions }: Listing, value: ValuePosition, name: string): boolean {
  if (positions.value(value.scope, name)) return true;
  return positions.scopes.some((scope) => {
    let at = scope.parent;
    while (at && at !== value.scope) at = at.parent;
    return at !== null && positions.value(scope, name) !== undefined;
  });
}
