import { basename, dirname } from 'node:path';
import manifest from '../../package.json';
import type { Language } from '../../l10n/language';
import { csvText } from '../../outside/csv';
import { costsOn, type Prepared } from '../engine/analyse';
import { snapshotOf, type Snapshot } from '../engine/budgets/snapshot';
import type { Chip } from '../engine/chips/chip';
import { movedTo } from '../engine/report/check/moved';
import {
  compareRows,
  compareSections,
  type CompareReport,
  type CompareSide,
} from '../engine/report/compareReport';
import { uninterrupted } from '../engine/scheduler';
import { precisionPolicies, type PrecisionPolicy } from '../engine/workload';
import { reportWords } from '../reportWords';
import type { Arguments } from './arguments';
import { Revision } from './budgets/revision';
import { ChipChoice } from './chipChoice';
import { failed, usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { ModelDigest } from './modelDigest';
import { lineIn, openModel, type OpenedModel } from './openModel';
import { inFormat, tableFormats } from './tableFormats';
import { chipsFor, hostFor } from './task';
import {
  askedFor,
  prepareAsked,
  prepareKnown,
  refuseRuntime,
  settingsFor,
  settingsNotes,
  type Asked,
} from './workload';

/** A file on its side of the comparison, and what it is looked at with. */
interface Side {
  /** As its user names it. */
  readonly path: string;
  /** Where it is read from. */
  readonly file: string;
  readonly commit: string | null;
  readonly precision: PrecisionPolicy;
  readonly chips: readonly Chip[];
}

/** What one side costs, by itself and on its chips in their order. */
interface Costed {
  readonly opened: OpenedModel;
  readonly prepared: Prepared;
  readonly about: CompareSide;
  readonly places: readonly {
    readonly snapshot: Snapshot;
    readonly chip: Chip | null;
    readonly runtime: string | null;
  }[];
}

/**
 * `siliconlens compare`: what differs in cost between two models (`BEFORE AFTER`), or between two revisions (`--revision`), chips
 * (`--with-chip`) or precisions (`--with-precision`) of one.
 */
export async function compare(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const path = words.positionals[1] ?? words.positionals[0];
  if (path === undefined) throw usage('cli.error.noModel', { command: words.command });
  const choices = await settingsFor(words, path);
  const asked = askedFor(words, choices);
  const choice = await ChipChoice.here(language, choices.customChips);
  const chips = await chipsFor(words, choices, choice);
  refuseRuntime(words, chips);
  const host = await hostFor(words, choices, choice);
  const after: Side = { path, file: path, commit: null, precision: asked.precision, chips };
  const revision = await revisionOf(words, path);
  try {
    const before = await sideBefore(words, after, { choice, revision });
    const costing = { asked, host, language, heapBytes };
    const now = await costed(after, costing, true);
    const then = await costed(before, costing, false);
    const report: CompareReport = {
      schemaVersion: 1,
      tool: { version: manifest.version },
      before: then.about,
      after: now.about,
      places: now.places.map(({ snapshot, chip, runtime }, at) => {
        const old = then.places[at]!;
        return {
          chipBefore: old.chip?.id ?? null,
          chip: chip?.id ?? null,
          runtimeBefore: old.runtime,
          runtime,
          ...movedTo(snapshot, old.snapshot),
        };
      }),
    };
    return {
      text: inFormat(
        format,
        report,
        () => compareSections(report, reportWords(language)),
        () => csvText(compareRows(report)),
      ),
      failure: now.opened.failure ?? then.opened.failure,
      notes: settingsNotes(words, now.remarks, language).join('\n'),
      inputs: await otherInputs(words, [now.opened, then.opened], choice),
    };
  } finally {
    await revision?.dispose();
  }
}

function revisionOf(words: Arguments, path: string): Promise<Revision> | undefined {
  const name = words.text('revision');
  return name === undefined ? undefined : Revision.named(name, dirname(path));
}

/** What it is compared with: one of the four ways, and only one. */
async function sideBefore(
  words: Arguments,
  after: Side,
  { choice, revision }: { readonly choice: ChipChoice; readonly revision: Revision | undefined },
): Promise<Side> {
  const [first, second, third] = words.positionals;
  if (third !== undefined) throw usage('cli.error.tooMany', { argument: third });
  const chip = words.text('with-chip');
  const precision = words.choice('with-precision', precisionPolicies);
  const ways = [second, revision, chip, precision].filter((way) => way !== undefined);
  if (ways.length !== 1) throw usage('cli.compare.ways', {});
  if (second !== undefined) return { ...after, path: first!, file: first! };
  if (precision !== undefined) return { ...after, precision };
  if (chip !== undefined) {
    const named = await choice.named(chip);
    return { ...after, chips: after.chips.map(() => named) };
  }
  const file = await revision!.fileOf(basename(after.path));
  if (file === null) throw failed('cli.compare.notThere', { path: after.path, revision: revision!.name });
  return { ...after, file, commit: revision!.commit };
}

interface Costing {
  readonly asked: Asked;
  readonly host: Chip | undefined;
  readonly language: Language;
  readonly heapBytes: number;
}

/** @param isStrict a number for a name that the model does not have is a mistake: the other side may have other names */
async function costed(
  { path, file, commit, precision, chips }: Side,
  { asked, host, language, heapBytes }: Costing,
  isStrict: boolean,
): Promise<Costed & { readonly remarks: Parameters<typeof settingsNotes>[1] }> {
  const digest = new ModelDigest();
  const opened = await openModel(file, language, roomIn(heapBytes), digest);
  const contentHash = digest.end();
  refuseTooMuch(opened, 1, heapBytes);
  const known = await (isStrict ? prepareAsked : prepareKnown)(opened.model, { ...asked, precision });
  const { prepared, remarks } = known;
  const { nodes } = prepared.inference;
  const lineOf = (index: number): number | null => lineIn(opened, nodes[index]!.node);
  const places: Costed['places'][number][] = [
    { snapshot: snapshotOf(prepared, null, lineOf), chip: null, runtime: null },
  ];
  for (const chip of chips) {
    const analysis = await costsOn(prepared, chip, uninterrupted, host);
    places.push({ snapshot: snapshotOf(prepared, analysis, lineOf), chip, runtime: analysis.cost.runtime });
  }
  return { opened, prepared, about: { path, commit, precision, contentHash }, places, remarks };
}
