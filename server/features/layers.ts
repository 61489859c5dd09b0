import { formatterOf } from '../../l10n/format';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import { boundsText } from '../../l10n/totals';
import type { Steps } from '../engine/scheduler';
import type { Layer, LayerPlace } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { lineOf } from '../workspace/nodeIndex';
import { timeText } from './format';
import { limitsOf, lineSums, modulesOf, secondsOf, type LineSums } from './moduleCosts';
import { indexOutline, type OutlineItem } from './outline';

/** Entries that one shows at once; of longer lists, entries stand for so many each. */
const pageSize = 500;

/** The entries below a place of the tree; none where there is no such place. */
export function* layers(analysis: Analysis, { path, from }: LayerPlace, language: Language): Steps<Layer[]> {
  const items = below(yield* topOf(analysis), path);
  const tell = new Teller(yield* lineSums(analysis), language);
  if (from === null && items.length > pageSize) return ranges(items, path, tell);
  const first = Math.max(0, Math.trunc(from ?? 0));
  const alike = tell.alikeIn(items);
  return items
    .slice(first, first + pageSize)
    .map((item, index) => tell.item(item, [...path, first + index], from, alike));
}

/** The entries that lead to a node, the outermost first. */
export function* layersAt(analysis: Analysis, node: number, language: Language): Steps<Layer[]> {
  const line = lineOf(analysis, node);
  const found: Layer[] = [];
  if (line === null) return found;
  const tell = new Teller(yield* lineSums(analysis), language);
  const path: number[] = [];
  let items = yield* topOf(analysis);
  for (;;) {
    yield;
    const at = items.findIndex(({ start, end }) => start.line <= line && line <= end.line);
    const item = items[at];
    if (!item) return found;
    const page = items.length > pageSize ? at - (at % pageSize) : null;
    if (page !== null) found.push(tell.range(items, path, page));
    path.push(at);
    found.push(tell.item(item, [...path], page, tell.alikeIn(items)));
    items = item.children;
  }
}

/** The only graph needs no entry of its own. */
function* topOf({ listing }: Analysis): Steps<readonly OutlineItem[]> {
  const { roots } = yield* indexOutline(listing.positions);
  return roots.length === 1 ? roots[0]!.children : roots;
}

function below(top: readonly OutlineItem[], path: readonly number[]): readonly OutlineItem[] {
  return path.reduce<readonly OutlineItem[]>((items, index) => items[index]?.children ?? [], top);
}

function ranges(items: readonly OutlineItem[], path: readonly number[], tell: Teller): Layer[] {
  const count = Math.ceil(items.length / pageSize);
  return Array.from({ length: count }, (_, index) => tell.range(items, path, index * pageSize));
}

/** Says what entries are and cost. */
class Teller {
  constructor(
    private readonly sums: LineSums | null,
    private readonly language: Language,
  ) {}

  /** How many modules of a level are alike, by first line. */
  alikeIn(items: readonly OutlineItem[]): ReadonlyMap<number, number> {
    const modules = this.sums ? modulesOf(items, this.sums) : [];
    return new Map(modules.map(([line, { alike }]) => [line, alike]));
  }

  /** @param page that of a long list in which it stands */
  item(
    item: OutlineItem,
    path: readonly number[],
    page: number | null,
    alike: ReadonlyMap<number, number>,
  ): Layer {
    const { kind, name, detail, start, children } = item;
    const seconds = this.sums && secondsOf(item, this.sums);
    const label = name || message(this.language, 'layers.noName');
    const equal = kind === 'module' ? (alike.get(start.line) ?? 1) : 1;
    return {
      path,
      from: null,
      page,
      kind: kind === 'note' ? 'node' : kind,
      label,
      ...this.told(kind === 'note' ? 'node' : kind, [label, detail], seconds, equal, this.limits([item])),
      hasChildren: children.length > 0,
      line: start.line,
    };
  }

  /** An entry for a page of a long list. */
  range(items: readonly OutlineItem[], path: readonly number[], from: number): Layer {
    const page = items.slice(from, from + pageSize);
    const seconds = page.reduce<number | null>((sum, item) => {
      const own = this.sums && secondsOf(item, this.sums);
      return sum === null || own === null ? null : sum + own;
    }, 0);
    const format = formatterOf(this.language);
    const [first, last] = [format.count(from + 1), format.count(from + page.length)];
    const label = message(this.language, 'layers.range', { first, last });
    const line = page[0]!.start.line;
    return {
      ...{ path: [...path], from, page: null, kind: 'range', label, hasChildren: true, line },
      ...this.told('range', [label], seconds, 1, this.limits(page)),
    };
  }

  /** Between what the time of entries lies, in words; null where nothing is known of it. */
  private limits(items: readonly OutlineItem[]): string | null {
    const { sums, language } = this;
    if (!sums) return null;
    let least = 0;
    let most: number | null = 0;
    for (const item of items) {
      const own = limitsOf(item, sums);
      least += own.least;
      most = most === null || own.most === null ? null : most + own.most;
    }
    return boundsText(least, most, (value) => timeText(value, language), language);
  }

  /** @param limits of unknown seconds */
  private told(
    kind: Layer['kind'],
    names: readonly string[],
    seconds: number | null,
    alike: number,
    limits: string | null,
  ): Pick<Layer, 'description' | 'spoken' | 'share'> {
    const { sums, language } = this;
    const said = (cost: string): string =>
      message(language, `layers.spoken.${kind}`, { name: names.filter(Boolean).join(' '), cost });
    // Names are long: what they cost stands before them.
    const told = (...cost: string[]): string => [...cost, ...names.slice(1)].filter(Boolean).join(' · ');
    if (!sums) return { description: told(), spoken: said(''), share: null };
    if (seconds === null)
      return {
        description: told(limits ?? '?'),
        spoken: said(limits === null ? message(language, 'layers.spoken.unknown') : `, ${limits}`),
        share: null,
      };
    const ratio = sums.whole > 0 ? seconds / sums.whole : 0;
    const [time, share] = [timeText(seconds, language), formatterOf(language).percent(ratio)];
    const count = formatterOf(language).count(alike);
    const cost = message(language, 'layers.spoken.cost', { time, share });
    const equal = alike > 1 ? message(language, 'layers.spoken.alike', { count }) : '';
    return {
      description: told(time, share, alike > 1 ? `×${count}` : ''),
      spoken: said(cost + equal),
      share: ratio,
    };
  }
}
