import { MessageType, ShowMessageNotification } from 'vscode-languageserver';
import { message } from '../../l10n/server';
import { type ValidatedParams, validatedNotification } from '../protocol';
import type { Catalogue } from '../engine/chips/catalogue';
import { Own } from '../workspace/own';
import { OwnChips } from '../workspace/ownChips';
import type { Gone, OwnFilesHost } from '../workspace/ownFiles';
import {
  type ClientFolders,
  chipFolder,
  mappingFolder,
  OwnFolder,
  systemFolder,
} from '../workspace/ownFolder';
import { OwnMappings } from '../workspace/ownMappings';
import { OwnSystems } from '../workspace/ownSystems';
import { OwnFileDiagnostics, type OwnFileTexts } from './ownFileDiagnostics';
import type { Editor } from './editor';
import { describe } from './handler';

/** What the rest of the server does when the user's own chips change. */
interface OwnChipsEvents {
  /** Ids of the chips that are chosen for open models now, whether they are costed yet or not. */
  chosen(): Promise<ReadonlySet<string>>;
  changed(): void;
  /** The chips of the workspace as a whole. */
  chips(): Promise<Catalogue>;
}

/** The user's own chips, systems and mappings, with their mistakes told at the lines of their files. */
export function ownFiles(editor: Editor, client: ClientFolders, events: OwnChipsEvents): Own {
  const told = {
    chips: diagnosticsOf(editor, 'chip'),
    systems: diagnosticsOf(editor, 'system'),
    mappings: diagnosticsOf(editor, 'mapping'),
  };
  editor.connection.onNotification(validatedNotification, ({ files }: ValidatedParams) => {
    for (const diagnostics of Object.values(told)) diagnostics.validatedByEditor(files);
  });
  const mappings = new OwnMappings(
    new OwnFolder(client, mappingFolder),
    { ...hostOf(editor, told.mappings), changed: () => events.changed() },
    { chips: () => events.chips(), systems: () => systems.all() },
  );
  const systems = new OwnSystems(
    new OwnFolder(client, systemFolder),
    { ...hostOf(editor, told.systems), changed: () => editor.watch(mappings.judgeAgain()) },
    () => events.chips(),
  );
  const chips = new OwnChips(new OwnFolder(client, chipFolder), {
    ...hostOf(editor, told.chips),
    changed: (gone) => {
      editor.watch(tellGone(editor, gone, events));
      // Systems name chips, mappings name both.
      editor.watch(systems.judgeAgain().then(() => mappings.judgeAgain()));
      events.changed();
    },
  });
  return new Own(chips, systems, mappings);
}

function diagnosticsOf(editor: Editor, texts: OwnFileTexts): OwnFileDiagnostics {
  return new OwnFileDiagnostics(
    texts,
    () => editor.language,
    (uri, list) => editor.publish(uri, list),
  );
}

function hostOf(editor: Editor, diagnostics: OwnFileDiagnostics): Omit<OwnFilesHost, 'changed'> {
  return {
    judged: (state) => diagnostics.judged(state),
    removed: (uri) => diagnostics.removed(uri),
    failed: (error) => editor.log.error(`own files: ${describe(error)}`),
  };
}

/** A chip that is chosen and gone leaves models without costs: that is said once, where it is seen. */
async function tellGone(
  { connection, language }: Editor,
  gone: readonly Gone[],
  events: OwnChipsEvents,
): Promise<void> {
  if (gone.length === 0) return;
  const chosen = await events.chosen();
  for (const { id, name, file } of gone) {
    if (!chosen.has(id)) continue;
    const text = message(language, 'chip.gone', { id, name, file });
    await connection.sendNotification(ShowMessageNotification.type, {
      type: MessageType.Warning,
      message: text,
    });
  }
}
