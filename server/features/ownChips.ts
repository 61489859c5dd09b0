import { MessageType, ShowMessageNotification } from 'vscode-languageserver';
import { message } from '../../l10n/server';
import { type ValidatedParams, validatedNotification } from '../protocol';
import { ChipFiles } from '../workspace/chipFiles';
import type { ClientFolders } from '../workspace/chipFiles';
import { type GoneChip, OwnChips } from '../workspace/ownChips';
import { ChipDiagnostics } from './chipDiagnostics';
import type { Editor } from './editor';
import { describe } from './handler';

/** What the rest of the server does when the user's own chips change. */
export interface OwnChipsEvents {
  /** Ids of the chips that are chosen for open models now, whether they are costed yet or not. */
  chosen(): Promise<ReadonlySet<string>>;
  changed(): void;
}

/** The user's own chips, with their mistakes told at the lines of their files. */
export function ownChips(editor: Editor, clientFiles: ClientFolders, events: OwnChipsEvents): OwnChips {
  const diagnostics = new ChipDiagnostics(
    () => editor.language,
    (uri, list) => editor.publish(uri, list),
  );
  editor.connection.onNotification(validatedNotification, (params: ValidatedParams) =>
    diagnostics.validatedByEditor(params.files),
  );
  return new OwnChips(new ChipFiles(clientFiles), {
    judged: (state) => diagnostics.judged(state),
    removed: (uri) => diagnostics.removed(uri),
    changed: (gone) => {
      editor.watch(tellGone(editor, gone, events));
      events.changed();
    },
    failed: (error) => editor.log.error(`chip files: ${describe(error)}`),
  });
}

/** A chip that is chosen and gone leaves models without costs: that is said once, where it is seen. */
async function tellGone(
  { connection, language }: Editor,
  gone: readonly GoneChip[],
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
