import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { entryOf } from '../../outside/table';
import { withheldNotification } from '../protocol';
import type { WithheldParams } from '../protocol';
import { chipFolder, mappingFolder, systemFolder } from '../workspace/ownFolder';
import type { Feature } from './feature';

/** The texts that the editor has open. */
export const documentsFeature: Feature = {
  capability: () => ({ textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Full } }),
  register: ({ documents, connection }) => documents.listen(connection),
};

/** Folders that come and go. */
export const foldersFeature: Feature = {
  capability: ({ workspace }) =>
    workspace?.workspaceFolders
      ? { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } }
      : null,
  register: () => {},
  initialized: (context) => {
    const { connection, editor } = context;
    if (!editor.capabilities.workspace?.workspaceFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(() => {
      const all = connection.workspace.getWorkspaceFolders();
      editor.watch(all.then((folders) => context.foldersChanged((folders ?? []).map(({ uri }) => uri))));
    });
  },
};

/** Settings that change: asked for anew, or taken from what is told where the client can't be asked. */
export const settingsFeature: Feature = {
  register: (context) => {
    context.connection.onDidChangeConfiguration(({ settings }) =>
      context.settingsChanged(sectionOf(settings)),
    );
  },
  initialized: ({ connection, editor }) => {
    if (!editor.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration) return;
    const section = { section: 'siliconlens' };
    editor.watch(connection.client.register(DidChangeConfigurationNotification.type, section));
  },
};

/** Chip, system and mapping files that change; a folder that goes is told without the files that were in it. */
export const ownFilesFeature: Feature = {
  register: ({ connection, own }) => connection.onDidChangeWatchedFiles(() => void own.reload()),
  initialized: ({ connection, editor }) => {
    if (!editor.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration) return;
    const folders = [chipFolder, systemFolder, mappingFolder].map((way) => `**/${way.join('/')}`);
    const patterns = ['**/.siliconlens', ...folders, ...folders.map((folder) => `${folder}/*.json`)];
    const watchers = patterns.map((globPattern) => ({ globPattern }));
    editor.watch(connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }));
  },
};

/** Models that the client wants to be left alone. */
export const withheldFeature: Feature = {
  register: (context) => {
    context.connection.onNotification(withheldNotification, ({ models }: WithheldParams) =>
      context.withhold(models),
    );
  },
};

function sectionOf(settings: unknown): unknown {
  return typeof settings === 'object' && settings !== null
    ? entryOf(settings as Readonly<Record<string, unknown>>, 'siliconlens')
    : undefined;
}
