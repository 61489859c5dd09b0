import type { Connection } from 'vscode-languageserver';
import type { Language } from '../../l10n/language';
import type { Documents } from '../workspace/documents';
import type { ModelFiles } from '../workspace/modelFiles';
import type { Models } from '../workspace/models';
import type { Own } from '../workspace/own';
import type { Available } from '../workspace/ownChips';
import type { ProfileStore } from '../workspace/profileStore';
import type { SettingsByModel } from '../workspace/settingsByModel';
import type { WithheldParams } from '../protocol';
import type { Budgets } from './budgets/budgets';
import type { Editor } from './editor';
import type { Log } from './handler';
import type { Working } from './working';

/** What the features share. */
export interface ServerContext {
  readonly connection: Connection;
  readonly editor: Editor;
  readonly models: Models;
  readonly settings: SettingsByModel;
  readonly documents: Documents;
  readonly files: ModelFiles;
  readonly profiles: ProfileStore;
  readonly own: Own;
  readonly budgets: Budgets;
  readonly log: Log;
  readonly working: Working;
  readonly language: () => Language;
  /** The chips of the workspace as a whole. */
  chips(): Promise<Available>;
  /** The settings are others; those that came along count where the client can't be asked. */
  settingsChanged(pushed: unknown): void;
  /** The folders of the workspace are others. */
  foldersChanged(folders: readonly string[]): Promise<void>;
  /** Models that are to be left alone from now on. */
  withhold(models: WithheldParams['models']): void;
}
