import { csvText } from '../../outside/csv';
import { problemMessage } from '../../l10n/problems';
import type { Language } from '../../l10n/language';
import { lineAt, parseJson } from '../engine/json';
import { cutObjectives, type Demand } from '../engine/mapping/cut/cuts';
import { targetOfChip, targetOfSystem, type Target, type TierName } from '../engine/mapping/cut/targets';
import { deadlineOf } from '../engine/mapping/needs';
import { parseQuantity } from '../engine/mapping/parseLimits';
import { bindingsInForce } from '../engine/report/build';
import { splitReport, type SplitRates } from '../engine/report/splitReport';
import { splitRows, splitSections } from '../engine/report/splitSections';
import { uninterrupted } from '../engine/scheduler';
import { loadNetwork, networkNamed, networks, type Network } from '../engine/systems/networks';
import type { System } from '../engine/systems/system';
import { whereToCut, type CutAsked } from '../engine/whereToCut';
import { reportWords } from '../reportWords';
import type { Choices } from '../workspace/choices';
import { usualRates } from '../workspace/rates';
import { parseAmount, type Arguments } from './arguments';
import { ChipChoice } from './chipChoice';
import { batteryIn, carbonIn } from './energy';
import { exitCodes, failed, Failure, usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { neededBy } from './needs';
import { openModel, readText } from './openModel';
import { namesOfSystem, SystemChoice } from './systemChoice';
import { inFormat, tableFormats } from './tableFormats';
import { onlyPath } from './task';
import { askedFor, prepareAsked, settingsFor, settingsNotes } from './workload';
import { message } from '../../l10n/cli';

/** `siliconlens split MODEL`: which part of it runs on the device, at the edge and in the cloud. */
export async function split(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const path = onlyPath(words);
  const choices = await settingsFor(words, path);
  const asked = askedFor(words, choices);
  if (asked.phase === 'training') throw usage('cli.split.training');
  const choice = await ChipChoice.here(language, choices.customChips);
  const question = await questionIn(words, choice, language);
  const rates = ratesIn(words, choices, question);
  const opened = await openModel(path, language, roomIn(heapBytes));
  refuseTooMuch(opened, 3, heapBytes);
  const { prepared, remarks } = await prepareAsked(opened.model, asked);
  const answer = await whereToCut(prepared, question, uninterrupted);
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const report = splitReport(prepared, { path, workload, rates }, question, answer);
  return {
    text: inFormat(
      format,
      report,
      () => splitSections(report, reportWords(language)),
      () => csvText(splitRows(report)),
    ),
    failure: opened.failure ?? (report.best === null ? noCut : null),
    notes: settingsNotes(words, remarks, language).join('\n'),
    inputs: await otherInputs(words, [opened], choice),
  };
}

const noCut = new Failure(exitCodes.unmet, (language) => message(language, 'cli.split.none'));

async function questionIn(words: Arguments, choice: ChipChoice, language: Language): Promise<CutAsked> {
  const edge = words.text('edge');
  if (edge === undefined && words.text('edge-network') !== undefined) throw usage('cli.split.noEdge');
  const systems = await SystemChoice.here(language, choice);
  const named = (tier: TierName): Promise<Target> => targetIn(words, systems, choice, tier);
  return {
    device: await named('device'),
    edge: edge === undefined ? null : await named('edge'),
    cloud: await named('cloud'),
    network: await networkIn(words, 'network', language),
    edgeNetwork: edge === undefined ? null : await networkIn(words, 'edge-network', language, 'ethernet'),
    demand: demandIn(words, (await neededBy(words, choice, language))?.needs),
    int8: words.flag('int8-transfer'),
    inputBytes: quantityIn(words, 'input-size', 'memory'),
  };
}

/** What the options say, else the settings. */
function ratesIn(words: Arguments, choices: Choices, question: CutAsked): SplitRates {
  const usual = usualRates(choices, question.cloud);
  const deviceGrams = carbonIn(words, 'carbon') ?? usual.deviceGrams;
  return {
    deviceGrams,
    cloudGrams: carbonIn(words, 'cloud-carbon') ?? deviceGrams,
    batteryWattHours: batteryIn(words) ?? usual.batteryWattHours,
    pricePerHour: parseAmount('price', words.text('price')) ?? usual.pricePerHour,
  };
}

/** What options ask for, and what a system needs where it is stricter. */
function demandIn(words: Arguments, needs: System['needs'] = {}): Demand {
  const deadline = quantityIn(words, 'deadline', 'latency');
  const needed = deadlineOf(needs);
  return {
    objective: words.choice('objective', cutObjectives) ?? 'latency',
    deadlineSeconds: deadline !== null && needed !== null ? Math.min(deadline, needed) : (deadline ?? needed),
    keepsInput: words.flag('private-input') || needs.privateInput === true,
    offline: words.flag('offline') || needs.offline === true,
  };
}

/** A quantity of an option such as `--deadline 100ms`, in SI units; null where it was not given. */
function quantityIn(words: Arguments, option: string, figure: 'latency' | 'memory'): number | null {
  const text = words.text(option);
  if (text === undefined) return null;
  const { value, units } = parseQuantity(figure, text);
  if (value === null)
    throw usage('cli.error.quantity', { option: `--${option}`, value: text, units: units.join(', ') });
  return value;
}

/** A system by its id or name, else a chip. */
async function targetIn(
  words: Arguments,
  systems: SystemChoice,
  choice: ChipChoice,
  tier: TierName,
): Promise<Target> {
  const name = words.text(tier);
  if (name === undefined) throw usage('cli.split.missing', { option: `--${tier}` });
  const system = systems.all.find((one) => namesOfSystem(one).includes(name));
  if (!system) return targetOfChip(await choice.named(name, systems.all.flatMap(namesOfSystem)));
  return targetOfSystem(system, tier, (id) => choice.byId(id));
}

async function networkIn(
  words: Arguments,
  option: string,
  language: Language,
  usual?: string,
): Promise<Network> {
  const name = words.text(option) ?? usual;
  if (name === undefined) throw usage('cli.split.missing', { option: `--${option}` });
  if (name.endsWith('.json')) return networkOf(name, language);
  const network = networkNamed(name);
  if (network) return network;
  throw usage('cli.error.choice', {
    option: `--${option}`,
    value: name,
    allowed: networks.map(({ id }) => id).join(', '),
  });
}

/** A network of one's own, from a file. */
async function networkOf(path: string, language: Language): Promise<Network> {
  const text = await readText(path);
  const parsed = parseJson(text.replace(/^\uFEFF/, ''));
  if (!parsed.ok) {
    const fault = problemMessage(language, { code: `chip.${parsed.fault}`, args: {} });
    throw failed('cli.error.model', { path: `${path}:${lineAt(text, parsed.at)}`, message: fault });
  }
  const { network, problems } = loadNetwork(parsed.json.value);
  const error = problems.find(({ severity }) => severity === 'error');
  if (network) return network;
  throw failed('cli.error.model', { path, message: error ? problemMessage(language, error) : '' });
}
