import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, type Language } from '../../l10n/messages';
import { readOnnx } from '../engine/formats/onnx/read';
import { printListing, type Listing } from '../engine/formats/onnxText/print';
import type { Model } from '../engine/graph/model';
import type { Problem } from '../engine/problem';
import { uninterrupted } from '../engine/scheduler';
import { externalDataProblems } from '../workspace/externalData';
import { externalFiles } from '../workspace/externalFiles';
import { FileError, ModelFiles, type OpenFile } from '../workspace/modelFiles';
import { failed } from './failure';

/** A model of this machine with what reading it had to say. */
export interface OpenedModel {
  readonly path: string;
  readonly uri: string;
  readonly model: Model;
  readonly listing: Listing;
  readonly problems: readonly Problem[];
}

/** The command line has no editor that could read for it. */
const files = new ModelFiles({
  stat: () => Promise.resolve({ ok: false, reason: '' }),
  read: () => Promise.resolve({ ok: false, reason: '' }),
});

/** Reads a model; weights are looked for, never read. Throws a `Failure` when there is no model in it. */
export async function openModel(path: string, language: Language): Promise<OpenedModel> {
  const uri = pathToFileURL(resolve(path)).href;
  const file = await openOrFail(path, uri);
  try {
    const { value: model, problems } = await readOnnx(file.source, uninterrupted);
    if (!model) {
      const [first] = problems;
      throw first
        ? failed('cli.error.model', { path, message: messageOf(language, first.code, first.args) })
        : failed('cli.error.unreadable', { path });
    }
    const external = await externalDataProblems(uri, externalFiles(model), files);
    const listing = printListing(model, { fileName: basename(path), fileSize: file.stamp.size });
    return { path, uri, model, listing, problems: [...problems, ...external] };
  } finally {
    await file.close();
  }
}

async function openOrFail(path: string, uri: string): Promise<OpenFile> {
  try {
    return await files.open(uri);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

function fileFailure(path: string, error: unknown): Error {
  if (!(error instanceof FileError)) return error instanceof Error ? error : new Error(String(error));
  return failed(`cli.error.file.${error.code}`, { path, detail: error.message });
}

/** The text of a small file that the user named, such as settings. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const detail = error instanceof Error ? error.message : String(error);
    throw code === 'ENOENT'
      ? failed('cli.error.file.missing', { path })
      : failed('cli.error.file.failed', { path, detail });
  }
}
