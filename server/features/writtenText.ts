import type { CancellationToken } from 'vscode-languageserver';
import { isHandWritten } from '../workspace/reading';
import { textModel } from '../workspace/textModels';
import type { TextModel } from '../workspace/textModels';
import type { ServerContext } from './context';
import { whileWanted } from './handler';

/** The text behind a document; undefined for listings, which nobody writes. */
export async function writtenText(
  { models }: ServerContext,
  uri: string,
  token: CancellationToken,
): Promise<TextModel | undefined> {
  if (!isHandWritten(uri)) return undefined;
  const served = await whileWanted(models.view(uri), token);
  return served && textModel(served);
}
