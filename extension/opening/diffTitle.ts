import type * as vscode from 'vscode';
import { fileName } from '../addresses';
import { text } from '../text';

/** Stages of Git's index that hold the two sides of a conflict. */
export const currentStage = ':2';
export const incomingStage = ':3';

/** `a.onnx ↔ b.onnx`, or for two states of one file `a.onnx (HEAD ↔ Working Tree)`. */
export function diffTitle(left: vscode.Uri, right: vscode.Uri): string {
  const [a, b] = [fileName(left), fileName(right)];
  const sameFile = a === b && (left.scheme !== right.scheme || left.query !== right.query);
  return sameFile ? `${a} (${state(left)} ↔ ${state(right)})` : `${a} ↔ ${b}`;
}

/** Which state of a file a URI names; Git's carry the revision in the query, an empty one or `~` is the index. */
function state(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return text('extension.diff.workingTree');
  const ref = gitRef(uri.query);
  if (ref === null) return uri.scheme;
  if (ref === currentStage) return text('extension.diff.current');
  if (ref === incomingStage) return text('extension.diff.incoming');
  return ref === '' || ref.startsWith('~') ? text('extension.diff.index') : ref;
}

function gitRef(query: string): string | null {
  try {
    const value: unknown = JSON.parse(query);
    const ref = typeof value === 'object' && value !== null && 'ref' in value ? value.ref : null;
    return typeof ref === 'string' ? ref : null;
  } catch {
    return null;
  }
}
