import { URI, Utils } from 'vscode-uri';
import { modelOf } from '../address';

/** The model's file name, for messages. */
export function modelName(uri: string): string {
  return Utils.basename(URI.parse(modelOf(uri) ?? uri));
}
