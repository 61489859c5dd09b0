import type { CancellationToken } from 'vscode-languageserver';
import { URI, Utils } from 'vscode-uri';
import { formatterOf } from '../../l10n/format';
import { problemMessage } from '../../l10n/problems';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { costsOn, type ChipAnalysis } from '../engine/analyse';
import type { Measurement } from '../engine/cost/calibrate/measurement';
import { readProfile } from '../engine/cost/calibrate/readProfile';
import type { Problem } from '../engine/problem';
import type { ReportMeasured } from '../engine/report/types';
import type { Scheduler } from '../engine/scheduler';
import { importProfileRequest, removeProfileRequest } from '../protocol';
import type {
  ImportProfileParams,
  ImportProfileResult,
  RemoveProfileParams,
  RemoveProfileResult,
} from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { layOver } from '../workspace/measured';
import { modelDigest } from '../workspace/modelDigest';
import type { ModelFiles } from '../workspace/modelFiles';
import { bindingsInForce } from '../workspace/profileProblems';
import type { ProfileStore } from '../workspace/profileStore';
import { politeTo } from '../workspace/turns';
import { describe, handler, whileWanted } from './handler';
import { modelName } from './names';
import type { ServerContext } from './context';
import type { Feature } from './feature';

/** Bytes of a profile. A run of a large model takes a few megabytes. */
const sizeLimit = 256e6;
/** Bytes that are read at a time. */
const piece = 4 << 20;

/** A reason for which there is nothing to import, as a sentence. */
class Refusal extends Error {}

/** The import and the removal of profiles. */
export const profilesFeature: Feature = {
  register: (context) => {
    const { connection, log, models, language, profiles } = context;
    connection.onRequest(
      importProfileRequest,
      handler<ImportProfileParams, ImportProfileResult>(
        log,
        importProfileRequest,
        ({ uri }) => refused(message(language(), 'status.failed', { model: modelName(uri) })),
        (params, token) => importProfile(context, params, token),
      ),
    );
    connection.onRequest(
      removeProfileRequest,
      handler<RemoveProfileParams, RemoveProfileResult>(
        log,
        removeProfileRequest,
        () => ({ removed: null }),
        async ({ uri, chip }, token) => {
          const analysis = await whileWanted(models.latest(uri), token);
          const gone = analysis && (await profiles.remove(analysis.listing.modelUri, chip));
          if (gone) models.profilesChanged(uri);
          return { removed: gone?.file ?? null };
        },
      ),
    );
  },
};

async function importProfile(
  { files, language, models, profiles }: ServerContext,
  params: ImportProfileParams,
  token: CancellationToken,
): Promise<ImportProfileResult> {
  try {
    const analysis = await whileWanted(models.latest(params.uri), token);
    if (!analysis) throw new Refusal(message(language(), 'status.failed', { model: modelName(params.uri) }));
    const result = await new ProfileImport(analysis, params, language(), politeTo(token)).run(
      files,
      profiles,
    );
    models.profilesChanged(params.uri);
    return result;
  } catch (error) {
    if (error instanceof Refusal) return refused(error.message);
    throw error;
  }
}

function refused(text: string): ImportProfileResult {
  return { ok: false, message: text };
}

/** The import of one profile for one chip. */
class ProfileImport {
  /** Name of the profile's file. */
  private readonly file: string;

  constructor(
    private readonly analysis: Analysis,
    private readonly params: ImportProfileParams,
    private readonly language: Language,
    private readonly scheduler: Scheduler,
  ) {
    this.file = Utils.basename(URI.parse(params.profile));
  }

  async run(files: ModelFiles, store: ProfileStore): Promise<ImportProfileResult> {
    const { analysis, params, file, language } = this;
    const chosen = analysis.chips.find(({ chip }) => chip.id === params.chip);
    const chip = chosen ?? (await this.notChosen());
    const text = await this.read(files);
    const { profile, problems } = await readProfile(text, { origin: file }, this.scheduler);
    if (!profile) throw new Refusal(`${file}: ${sentences(problems, language)}`);
    const { report } = layOver(analysis, chip, profile, file);
    const names = { file, model: modelName(params.uri), chip: chip.chip.name };
    if (report.groups.length === 0)
      throw new Refusal(
        message(language, 'profile.nothing', { ...names, rows: formatterOf(language).count(report.rows) }),
      );
    await store.put(analysis.listing.modelUri, {
      chip: params.chip,
      file,
      source: params.profile,
      imported: new Date().toISOString(),
      digest: modelDigest(analysis.listing.model),
      bindings: bindingsInForce(analysis),
      phase: analysis.choices.workload.phase,
      problems,
      profile,
    });
    const said = [outcome(report, profile, names, language), sentences(problems, language)];
    return {
      ok: true,
      message: said.filter((part) => part !== '').join(' '),
      notChosen: chosen ? null : chip.chip.name,
    };
  }

  /** Costs of a chip that is not among the chosen ones. */
  private async notChosen(): Promise<ChipAnalysis> {
    const { catalogue, prepared } = this.analysis;
    const chip = catalogue.byId(this.params.chip);
    if (!chip) throw new Refusal(message(this.language, 'profile.no-chip', { chip: this.params.chip }));
    return costsOn(prepared, chip, this.scheduler);
  }

  /** The text of the profile, read in pieces; refused where it is too large or can't be read. */
  private async read(files: ModelFiles): Promise<string> {
    const { file, language } = this;
    const opened = await files.open(this.params.profile).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : describe(error);
      throw new Refusal(message(language, 'profile.file-failed', { file, reason }));
    });
    try {
      const { size } = opened.source;
      if (size > sizeLimit) {
        const { bytes } = formatterOf(language);
        const sizes = { size: bytes(size), limit: bytes(sizeLimit) };
        throw new Refusal(message(language, 'profile.file-too-large', { file, ...sizes }));
      }
      const decoder = new TextDecoder();
      const parts: string[] = [];
      for (let at = 0; at < size; at += piece) {
        const pause = this.scheduler.tick();
        if (pause) await pause;
        const part = await opened.source.read(at, Math.min(piece, size - at));
        parts.push(decoder.decode(part, { stream: true }));
      }
      return parts.join('') + decoder.decode();
    } finally {
      await opened.close();
    }
  }
}

function outcome(
  report: ReportMeasured,
  profile: Measurement,
  names: Readonly<Record<'file' | 'model' | 'chip', string>>,
  language: Language,
): string {
  const { errors, unmatchedRows } = report;
  const lost = unmatchedRows.reduce((sum, row) => sum + row.seconds, 0);
  const all = profile.rows.reduce((sum, row) => sum + row.seconds * row.repeat, 0);
  const { count, percent } = formatterOf(language);
  const args = {
    ...names,
    matched: count(report.rows - unmatchedRows.length),
    rows: count(report.rows),
    share: percent(all > 0 ? (all - lost) / all : 0),
  };
  if (!errors) return message(language, 'profile.importedOnly', args);
  const { median, p90 } = errors;
  return message(language, 'profile.imported', {
    ...args,
    median: percent(median),
    p90: percent(p90),
  });
}

function sentences(problems: readonly Problem[], language: Language): string {
  return problems.map((one) => problemMessage(language, one)).join(' ');
}
