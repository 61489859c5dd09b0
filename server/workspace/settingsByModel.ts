import type { Connection } from 'vscode-languageserver';
import { choicesFor, modelKey, parseSettings } from './choices';
import type { Choices } from './choices';
import type { SettingProblem } from './settingsReader';

type ParsedSettings = ReturnType<typeof parseSettings>;

/** Settings by model: asked of the client once per resource and forgotten when it says that they changed. */
export class SettingsByModel {
  private readonly pending = new Map<string, Promise<ParsedSettings>>();
  private folders: readonly string[] = [];

  /** @param fetch the section `siliconlens` as it stands for a resource; undefined where the client has none */
  constructor(
    private readonly fetch: (modelUri: string) => Promise<unknown>,
    private readonly report: (modelUri: string, problems: readonly SettingProblem[]) => void = () => {},
  ) {}

  setFolders(folders: readonly string[]): void {
    this.folders = folders;
    this.pending.clear();
  }

  /** The client's settings changed: everything is asked anew. */
  forget(): void {
    this.pending.clear();
  }

  /** A model is no longer open. */
  drop(modelUri: string): void {
    this.pending.delete(modelUri);
  }

  keyOf(modelUri: string): string {
    return modelKey(modelUri, this.folders);
  }

  async choices(modelUri: string): Promise<Choices> {
    return choicesFor((await this.read(modelUri)).value, this.keyOf(modelUri));
  }

  /** The settings of the workspace, for what is about no model. */
  async workspace(): Promise<ParsedSettings['value']> {
    return (await this.read('')).value;
  }

  private read(modelUri: string): Promise<ParsedSettings> {
    let settings = this.pending.get(modelUri);
    if (!settings) {
      settings = this.fetch(modelUri).then((section) => {
        const parsed = parseSettings(section);
        if (parsed.problems.length > 0) this.report(modelUri, parsed.problems);
        return parsed;
      });
      // After a failed request the next one asks again.
      settings.catch(() => this.pending.delete(modelUri));
      this.pending.set(modelUri, settings);
    }
    return settings;
  }
}

/**
 * Asks the editor for the settings of a model. Clients without such requests have those that they told last, the
 * defaults before.
 */
export function clientSettings(
  connection: Connection,
  supported: () => boolean,
  told: () => unknown,
): (modelUri: string) => Promise<unknown> {
  return async (modelUri) => {
    if (!supported()) return told();
    const scopeUri = modelUri || undefined;
    return (await connection.workspace.getConfiguration({ scopeUri, section: 'siliconlens' })) as unknown;
  };
}
