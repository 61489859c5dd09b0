import { labelText, messageText } from '../../outside/label';
import * as vscode from 'vscode';
import { type ChoicesResult, newMappingRequest } from '../../server/protocol';
import { modelUri } from '../addresses';
import { saveFile } from '../saveFile';
import type { Server } from '../server/server';
import { text } from '../text';
import { writeModelChoices } from './settings';

/** Where mappings lie in a workspace folder. */
const place = ['.siliconlens', 'mappings'] as const;

type Known = Pick<ChoicesResult, 'key' | 'mapping' | 'mappings' | 'chips' | 'systems' | 'chosen'>;

/** A mapping that there is, none, or one that is made. */
interface Item extends vscode.QuickPickItem {
  readonly run?: () => Promise<void>;
}

/** Pins a mapping of the workspace for a model, takes it away, or makes the best one and pins that. */
export async function pinMapping(server: Server, uri: vscode.Uri, known: Known): Promise<void> {
  const { key, mapping, mappings } = known;
  const pin = (name: string | undefined) => () => writeModelChoices(key, { mapping: name });
  const own = (name: string | undefined, label: string, detail: string): Item => ({
    label: name === (mapping ?? undefined) ? `$(check) ${label}` : label,
    detail,
    run: pin(name),
  });
  const items: Item[] = [
    own(undefined, text('extension.mapping.none'), text('extension.mapping.noneDetail')),
    ...mappings.map((name) => own(name, labelText(name), [...place, `${labelText(name)}.json`].join('/'))),
    { label: text('extension.mapping.make'), kind: vscode.QuickPickItemKind.Separator },
    ...makers(server, uri, known),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: text('extension.mapping.title') });
  await picked?.run?.();
}

/** Ways to make one: on the first chip with its host, or on a system. */
function makers(server: Server, uri: vscode.Uri, known: Known): Item[] {
  const first = known.chips.find(({ id }) => id === known.chosen[0]);
  const made = (target: string, objective: 'latency' | 'energy') => () =>
    makeMapping(server, uri, known.key, { target, objective });
  const onChip = (['latency', 'energy'] as const).flatMap((objective): Item[] =>
    first
      ? [
          {
            label: text(`extension.mapping.${objective}`, { name: labelText(first.name) }),
            run: made(first.id, objective),
          },
        ]
      : [],
  );
  const onSystem = async (): Promise<void> => {
    const systems = known.systems.map(({ id, name, description }) => ({
      id,
      label: labelText(name),
      description: labelText(id),
      detail: labelText(description),
    }));
    const options = { title: text('extension.mapping.system'), matchOnDescription: true };
    const picked = await vscode.window.showQuickPick(systems, options);
    if (picked) await made(picked.id, 'latency')();
  };
  return [...onChip, { label: text('extension.mapping.system'), run: onSystem }];
}

/** Works out the best mapping, writes its file once it is known what it gains, and pins it. */
async function makeMapping(
  server: Server,
  uri: vscode.Uri,
  key: string,
  asked: { readonly target: string; readonly objective: 'latency' | 'energy' },
): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(modelUri(uri)) ?? vscode.workspace.workspaceFolders?.[0];
  if (!folder) {
    await vscode.window.showInformationMessage(text('extension.mapping.noFolder'));
    return;
  }
  const working = {
    location: vscode.ProgressLocation.Notification,
    title: text('extension.mapping.working'),
  };
  const made = await vscode.window.withProgress(working, () =>
    server.request(newMappingRequest, { uri: uri.toString(), ...asked }),
  );
  if (made.text === null) {
    await vscode.window.showInformationMessage(messageText(made.said));
    return;
  }
  const write = text('extension.mapping.write');
  const detail = messageText(
    text('extension.mapping.file', { file: [...place, `${made.id}.json`].join('/') }),
  );
  const said = messageText(made.said);
  if ((await vscode.window.showInformationMessage(said, { modal: true, detail }, write)) !== write) return;
  const file = vscode.Uri.joinPath(folder.uri, ...place, `${made.id}.json`);
  const inside = { makeFolder: true, onlyNew: true, inside: folder.uri.fsPath };
  if (await saveFile(file, made.text, [], inside)) await writeModelChoices(key, { mapping: made.id });
}
