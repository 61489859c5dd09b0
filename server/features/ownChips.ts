import {
  DidChangeWatchedFilesNotification,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver';
import type { ClientCapabilities, Connection } from 'vscode-languageserver';
import { message } from '../../l10n/messages';
import type { Language } from '../../l10n/language';
import {
  listFolderRequest,
  readModelRequest,
  statModelRequest,
  type ValidatedParams,
  validatedNotification,
} from '../protocol';
import { ChipFiles } from '../workspace/chipFiles';
import { type GoneChip, OwnChips } from '../workspace/ownChips';
import { ChipDiagnostics } from './chipDiagnostics';
import { ask, describe } from './handler';
import type { Log } from './handler';

/** What the rest of the server does when the user's own chips change. */
export interface OwnChipsEvents {
  language(): Language;
  /** Ids of the chips that are chosen for open models now, whether they are costed yet or not. */
  chosen(): Promise<ReadonlySet<string>>;
  changed(): void;
}

/** The user's own chips, with their mistakes told at the lines of their files. */
export function ownChips(connection: Connection, log: Log, events: OwnChipsEvents): OwnChips {
  const files = new ChipFiles({
    stat: (params) => ask(connection, statModelRequest, params),
    read: (params) => ask(connection, readModelRequest, params),
    list: (params) => ask(connection, listFolderRequest, params),
  });
  const diagnostics = new ChipDiagnostics(
    () => events.language(),
    (uri, list) => {
      connection
        .sendDiagnostics({ uri, diagnostics: list })
        .catch((error: unknown) => log.error(describe(error)));
    },
  );
  connection.onNotification(validatedNotification, (params: ValidatedParams) =>
    diagnostics.validatedByEditor(params.files),
  );
  const chips = new OwnChips(files, {
    judged: (state) => diagnostics.judged(state),
    removed: (uri) => diagnostics.removed(uri),
    changed: (gone) => {
      tellGone(connection, gone, events).catch((error: unknown) => log.error(describe(error)));
      events.changed();
    },
    failed: (error) => log.error(`chip files: ${describe(error)}`),
  });
  connection.onDidChangeWatchedFiles(() => void chips.reload());
  return chips;
}

/** Asks the client for changes of chip files; a folder that goes is told without the files that were in it. */
export function watchChipFiles(connection: Connection, client: ClientCapabilities, log: Log): void {
  if (!client.workspace?.didChangeWatchedFiles?.dynamicRegistration) return;
  const patterns = ['**/.siliconlens', '**/.siliconlens/chips', '**/.siliconlens/chips/*.json'];
  const watchers = patterns.map((globPattern) => ({ globPattern }));
  connection.client
    .register(DidChangeWatchedFilesNotification.type, { watchers })
    .catch((error: unknown) => log.error(describe(error)));
}

/** A chip that is chosen and gone leaves models without costs: that is said once, where it is seen. */
async function tellGone(
  connection: Connection,
  gone: readonly GoneChip[],
  events: OwnChipsEvents,
): Promise<void> {
  if (gone.length === 0) return;
  const chosen = await events.chosen();
  for (const { id, name, file } of gone) {
    if (!chosen.has(id)) continue;
    const text = message(events.language(), 'chip.gone', { id, name, file });
    await connection.sendNotification(ShowMessageNotification.type, {
      type: MessageType.Warning,
      message: text,
    });
  }
}
