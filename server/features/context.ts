import type { Connection } from 'vscode-languageserver';
import type { Language } from '../../l10n/language';
import type { Documents } from '../workspace/documents';
import type { ModelFiles } from '../workspace/modelFiles';
import type { Models } from '../workspace/models';
import type { Available } from '../workspace/ownChips';
import type { Settings } from '../workspace/settings';
import type { Log } from './handler';
import type { Working } from './working';

/** What the features share. */
export interface ServerContext {
  readonly connection: Connection;
  readonly models: Models;
  readonly settings: Settings;
  readonly documents: Documents;
  readonly files: ModelFiles;
  readonly log: Log;
  readonly working: Working;
  readonly language: () => Language;
  /** The chips of the workspace as a whole. */
  readonly chips: () => Promise<Available>;
}
