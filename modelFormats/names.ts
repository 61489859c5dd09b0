import formats from './modelFormats.json';

/** A format that models come in. */
export interface ModelFormat {
  readonly id: string;
  /** As dialogs show it. */
  readonly name: string;
  /** Endings of file names, without the dot. */
  readonly extensions: readonly string[];
  /** Whole names of files that may be models: many others have them, so that such a file opens by a command alone. */
  readonly files?: readonly string[];
  /** Endings of folders that are a model each, by the first of `files` in them. */
  readonly folders?: readonly string[];
  /** Endings that other files have too: such a file opens by a choice (Open With) or by a command. */
  readonly sharedExtensions?: readonly string[];
  /** An editor shows its files as they are; models of the other formats have a listing. */
  readonly isText: boolean;
}

/** All formats, the commonest first. */
export const modelFormats: readonly ModelFormat[] = formats;

/** Whole names of files that open by a command. */
export const fileNames: readonly string[] = modelFormats.flatMap(({ files = [] }) => files);

const folderEndings = folderEndingsOf(modelFormats);

/** Endings that others have too, of all formats. */
const sharedExtensions = sharedExtensionsOf(modelFormats);

const texts = extensionsOf(modelFormats.filter(({ isText }) => isText));
const all = extensionsOf(modelFormats);
const text = endings(texts);
const any = endings(all);
const shared = endings(sharedExtensions);
const folder = endings(folderEndings);

/** Ending of hand-written texts and of listings, without the dot. */
export const textExtension = texts[0]!;

/** Where the files of a workspace are models. */
export const modelGlob = `**/*.{${all.join(',')}}`;

/** Filters of a dialog that asks for a model: all formats in one. */
export const modelFilters: Readonly<Record<string, string[]>> = {
  [modelFormats
    .filter(({ isText }) => !isText)
    .map(({ name }) => name)
    .join(', ')]: [...all, ...sharedExtensions],
};

/** The name of a format as people know it. */
export function formatName(id: string): string {
  return modelFormats.find((format) => format.id === id)?.name ?? id;
}

/** Endings of the files of these formats. */
export function extensionsOf(some: readonly ModelFormat[]): readonly string[] {
  return some.flatMap(({ extensions }) => extensions);
}

/** Endings of files of these formats that other files have too. */
export function sharedExtensionsOf(some: readonly ModelFormat[]): readonly string[] {
  return some.flatMap((one) => one.sharedExtensions ?? []);
}

/** Endings of folders that open by a command. */
export function folderEndingsOf(some: readonly ModelFormat[]): readonly string[] {
  return some.flatMap(({ folders = [] }) => folders);
}

/** Whether a file of this name is a model, by its ending. */
export function isModelPath(path: string): boolean {
  return any.test(path);
}

/** Whether a file of this name may be a model that a command was called for: by its ending, be it one that others have too or that of a folder, or by its whole name. */
export function isModelCommandPath(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return isModelPath(path) || shared.test(path) || folder.test(path) || fileNames.includes(name);
}

/** The file that says what a model is that comes as a folder; the path itself for any other. */
export function modelFileOf(path: string): string {
  const ending = folder.exec(path)?.[1]?.toLowerCase();
  const format = modelFormats.find(({ folders }) => ending !== undefined && folders?.includes(ending));
  return format ? `${path}/${format.files![0]!}` : path;
}

/** Whether a file of this name holds a model as text, by its ending. */
export function isTextPath(path: string): boolean {
  return text.test(path);
}

/** A name without the ending of a model. */
export function withoutExtension(name: string): string {
  return name.replace(any, '').replace(shared, '');
}

function endings(extensions: readonly string[]): RegExp {
  return new RegExp(`\\.(${extensions.join('|')})$`, 'i');
}
