import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import type { RankItem, RankParams, RankResult } from '../../server/protocol';
import { text } from '../text';

type Asked = Omit<RankParams, 'uri'>;
type Ask = (asked: Asked) => Promise<RankResult>;

interface Item extends vscode.QuickPickItem {
  readonly does?: 'objective' | 'limits';
  readonly chip?: string;
}

const objectives = ['latency', 'throughput', 'energy'] as const;

/** The id of the chip that is chosen from the ranking of a model; undefined when the list is left. */
export async function findChip(model: string, ask: Ask): Promise<string | undefined> {
  let asked: Asked = { objective: 'latency', limits: '' };
  for (;;) {
    const shown = asked;
    const items: Promise<Item[]> = ask(shown).then((ranking) => itemsOf(ranking, shown));
    const picked = await vscode.window.showQuickPick<Item>(items, {
      title: labelText(text('extension.findChip.title', { name: model })),
      placeHolder: text('extension.findChip.placeholder'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (!picked) return undefined;
    if (picked.chip !== undefined) return picked.chip;
    if (picked.does === 'objective') asked = { ...asked, objective: await objectiveFrom(asked) };
    if (picked.does === 'limits') asked = { ...asked, limits: await limitsFrom(asked, ask) };
  }
}

function itemsOf({ verdict, ranked, rejected }: RankResult, { objective, limits }: Asked): Item[] {
  const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    {
      does: 'objective',
      label: `$(list-ordered) ${text('extension.findChip.objective')}: ${text(`extension.findChip.${objective}`)}`,
      detail: labelText(verdict),
    },
    {
      does: 'limits',
      label: `$(filter) ${text('extension.findChip.limits')}: ${labelText(limits) || text('extension.findChip.none')}`,
    },
    separator(text('extension.findChip.ranked')),
    ...ranked.map((item) => ({ ...itemOf(item, `${item.place}  `), chip: item.id })),
    separator(text('extension.findChip.rejected')),
    ...rejected.map((item) => itemOf(item, '')),
  ];
}

function itemOf({ id, name, figures, notes }: RankItem, lead: string): Item {
  const detail = [figures, notes].filter((one) => one !== '').join(' · ');
  return { label: lead + labelText(name), description: labelText(id), detail: labelText(detail) };
}

async function objectiveFrom({ objective }: Asked): Promise<Asked['objective']> {
  const items = objectives.map((one) => ({ one, label: text(`extension.findChip.${one}`) }));
  const picked = await vscode.window.showQuickPick(items, { title: text('extension.findChip.objective') });
  return picked?.one ?? objective;
}

async function limitsFrom({ objective, limits }: Asked, ask: Ask): Promise<string> {
  const written = await vscode.window.showInputBox({
    title: text('extension.findChip.limits'),
    prompt: text('extension.findChip.limitsPrompt'),
    value: limits,
    validateInput: async (value) => {
      const { isRefused, verdict } = await ask({ objective, limits: value });
      return isRefused ? verdict : undefined;
    },
  });
  return written ?? limits;
}
