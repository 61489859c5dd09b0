import { getLocation, type Location } from 'jsonc-parser';
import { CompletionItemKind, type CompletionItem, type Position } from 'vscode-languageserver';
import { isModelCommandPath } from '../../../modelFormats/names';
import { shippedChips } from '../../engine/chips/catalogue';
import { profileById, runtimeProfiles } from '../../engine/kernels/profile';
import type { Budgets, ReadBudgets } from './budgets';

/** Models that are offered. */
const mostModels = 500;

/** What may be written somewhere, with what it means. */
interface Offer {
  readonly label: string;
  readonly detail: string;
}

/**
 * What may stand at a place of a budget file, besides what its schema says.
 * @param isOurs the editor completes by the schema, which has the ids of the chips that are shipped
 */
export async function budgetCompletions(
  budgets: Budgets,
  uri: string,
  position: Position,
  isOurs: boolean,
): Promise<CompletionItem[]> {
  const read = await budgets.read(uri);
  if (!read) return [];
  const { document } = read;
  const offset = document.offsetAt(position);
  const location = getLocation(document.getText(), offset);
  const offers = await offersAt(budgets, uri, read, location, isOurs);
  const { previousNode: node } = location;
  const isInside = node?.type === 'string' && node.offset <= offset && offset <= node.offset + node.length;
  const start = isInside ? document.positionAt(node.offset) : position;
  const end = isInside ? document.positionAt(node.offset + node.length) : position;
  return offers.map(({ label, detail }) => {
    const newText = JSON.stringify(label);
    return {
      label,
      detail,
      kind: CompletionItemKind.Value,
      filterText: newText,
      textEdit: { range: { start, end }, newText },
    };
  });
}

async function offersAt(
  budgets: Budgets,
  uri: string,
  read: ReadBudgets,
  { path, isAtPropertyKey }: Location,
  isOurs: boolean,
): Promise<readonly Offer[]> {
  const [whole, index, field, inner] = path;
  if (whole !== 'budgets' || typeof index !== 'number') return [];
  switch (field) {
    case 'models':
      return (await budgets.figures.models(uri, isModelCommandPath))
        .slice(0, mostModels)
        .map((label) => ({ label, detail: '' }));
    case 'chips':
      return chipOffers(read, isOurs);
    case 'systems':
      return read.systems.map(({ id, name }) => ({ label: id, detail: name }));
    case 'runtime':
      return runtimeProfiles.map(({ id }) => ({ label: id, detail: profileById(id)?.name ?? '' }));
    case 'limits':
    case 'tolerance':
      return inner === 'traffic' && isAtPropertyKey ? levelOffers(read, index) : [];
    case undefined:
    default:
      return [];
  }
}

function chipOffers({ chips }: ReadBudgets, isOurs: boolean): Offer[] {
  return chips.catalogue.chips
    .filter(({ id }) => !isOurs || shippedChips.byId(id) === undefined)
    .map(({ id, name }) => ({ label: id, detail: name }));
}

/** The memory levels of the chips that the budget names. */
function levelOffers({ json, chips }: ReadBudgets, index: number): Offer[] {
  const budgets = fieldOf(json?.value, 'budgets');
  const ids = fieldOf(Array.isArray(budgets) ? budgets[index] : undefined, 'chips');
  const offers = new Map<string, Offer>();
  for (const id of Array.isArray(ids) ? (ids as readonly unknown[]) : []) {
    const chip = typeof id === 'string' ? chips.catalogue.byId(id) : undefined;
    for (const { name } of chip?.memory ?? []) offers.set(name, { label: name, detail: chip!.name });
  }
  return [...offers.values()];
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
