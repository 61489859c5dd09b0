import { basename } from 'node:path/posix';
import { URI } from 'vscode-uri';
import { modelOf } from '../address';

/** The model's file name, for messages. */
export function modelName(uri: string): string {
  return basename(URI.parse(modelOf(uri) ?? uri).path);
}
