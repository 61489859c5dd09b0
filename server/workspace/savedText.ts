import { URI, Utils } from 'vscode-uri';
import type { Language } from '../../l10n/language';
import { printSteps } from '../engine/formats/onnxText/print';
import { runPolitely } from '../engine/scheduler';
import type { Listing } from './analysis';
import { headRemarks } from './served';
import { politely } from './turns';

/** A listing for a file of its own: it names the model and says where in it weights lie, which the listing leaves out. */
export async function savedText({ modelUri, model, problems }: Listing, language: Language): Promise<string> {
  const remarks = headRemarks(null, problems, language);
  const options = { fileName: Utils.basename(URI.parse(modelUri)), remarks };
  return (await runPolitely(printSteps(model, options), politely())).text;
}
