import * as vscode from 'vscode';

/** The part of VS Code 1.101 that offers servers of the Model Context Protocol; older versions have none of it. */
interface McpApi {
  readonly lm: {
    registerMcpServerDefinitionProvider(
      id: string,
      provider: {
        readonly onDidChangeMcpServerDefinitions: vscode.Event<void>;
        provideMcpServerDefinitions(): object[];
      },
    ): vscode.Disposable;
  };
  readonly McpStdioServerDefinition: new (
    label: string,
    command: string,
    args: string[],
    env: Record<string, string>,
    version: string,
  ) => { cwd?: vscode.Uri };
}

/**
 * Offers the engine to the assistants of VS Code as tools, which read models in the folders of the workspace and nothing else.
 * The server starts when an assistant first asks for a tool, and never in a workspace that is not trusted.
 */
export function offerTools({ extension }: vscode.ExtensionContext): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const registered: vscode.Disposable[] = hasMcp(vscode)
    ? [
        vscode.lm.registerMcpServerDefinitionProvider('siliconlens.tools', {
          onDidChangeMcpServerDefinitions: changed.event,
          provideMcpServerDefinitions: () => definitions(vscode as unknown as McpApi, extension),
        }),
        vscode.workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
        vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
      ]
    : [];
  return new vscode.Disposable(() => [changed, ...registered].forEach((one) => void one.dispose()));
}

function hasMcp(api: object): api is McpApi {
  return 'McpStdioServerDefinition' in api;
}

function definitions(
  { McpStdioServerDefinition }: McpApi,
  { extensionUri, packageJSON }: vscode.Extension<unknown>,
): object[] {
  const folders = (vscode.workspace.workspaceFolders ?? [])
    .map(({ uri }) => uri)
    .filter(({ scheme }) => scheme === 'file');
  if (folders.length === 0 || !vscode.workspace.isTrusted) return [];
  const script = vscode.Uri.joinPath(extensionUri, 'dist', 'mcp.js').fsPath;
  const definition = new McpStdioServerDefinition(
    'Siliconlens',
    process.execPath,
    [script, ...folders.map(({ fsPath }) => fsPath)],
    { ELECTRON_RUN_AS_NODE: '1', LANG: vscode.env.language },
    (packageJSON as { version: string }).version,
  );
  definition.cwd = folders[0];
  return [definition];
}
