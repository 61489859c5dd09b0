import {
  extensionsOf,
  fileNames,
  folderEndingsOf,
  modelFormats,
  sharedExtensionsOf,
  type ModelFormat,
} from '../modelFormats/names';

interface Entry {
  readonly command: string;
  when: string;
}

interface Manifest {
  readonly contributes: {
    readonly languages: { extensions: string[] }[];
    readonly customEditors: { viewType: string; selector: { filenamePattern: string }[] }[];
    readonly configurationDefaults: Record<string, unknown>;
    readonly menus: Readonly<Record<string, Entry[]>>;
  };
}

/**
 * The text of package.json with all that the formats of models decide in it; a test compares it with what is committed.
 * When-clauses spell the endings out: a context key of our own is unknown before activation, and does not tell which file
 * was clicked.
 */
export function manifestFor(text: string, formats: readonly ModelFormat[] = modelFormats): string {
  const manifest = JSON.parse(text) as Manifest;
  const { languages, customEditors, configurationDefaults, menus } = manifest.contributes;
  const binaries = extensionsOf(formats.filter(({ isText }) => !isText));
  const texts = extensionsOf(formats.filter(({ isText }) => isText));
  languages[0]!.extensions = texts.map((one) => `.${one}`);
  const shared = sharedExtensionsOf(formats);
  [binaries, shared].forEach((endings, i) => {
    customEditors[i]!.selector = endings.map((one) => ({ filenamePattern: `*.${one}` }));
  });
  // For diffs of any size: without it VS Code asks a custom editor only for files that it takes for binary and small.
  configurationDefaults['workbench.diffEditorAssociations'] = Object.fromEntries(
    customEditors[0]!.selector.map(({ filenamePattern }) => [filenamePattern, customEditors[0]!.viewType]),
  );
  const shown =
    'activeCustomEditorId =~ /^siliconlens[.]/ || activeWebviewPanelId =~ /^siliconlens[.](report|finder|graph)$/';
  setClause(
    menus,
    'commandPalette',
    'siliconlens.openListing',
    `${endsWith([...binaries, ...shared])} || ${isNamed} || ${shown}`,
  );
  setClause(menus, 'editor/title', 'siliconlens.openListing', isNamed);
  setClause(
    menus,
    'explorer/context',
    'siliconlens.openListing',
    `${isNamed} || ${endsWith([...shared, ...folderEndingsOf(formats)])}`,
  );
  setClause(menus, 'explorer/context', 'siliconlens.openReport', endsWith(extensionsOf(formats)));
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Nothing activates on such files: the command stands beside their name. */
const isNamed = `resourceFilename =~ /^(${fileNames.map((name) => name.replaceAll('.', '[.]')).join('|')})$/`;

function endsWith(extensions: readonly string[]): string {
  return `resourceExtname =~ /^[.](${extensions.join('|')})$/i`;
}

function setClause(
  menus: Manifest['contributes']['menus'],
  menu: string,
  command: string,
  when: string,
): void {
  const entry = menus[menu]?.find((one) => one.command === command);
  if (!entry) throw new Error(`${menu} has no ${command}`);
  entry.when = when;
}
