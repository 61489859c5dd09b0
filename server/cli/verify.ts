import { withoutExtension } from '../../modelFormats/names';
import { terminalText } from '../../outside/terminal';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/cli';
import { problemMessage } from '../../l10n/problems';
import { commandText, commentText, shells, type Shell } from '../../outside/shell';
import { costsOn, prepare, type Prepared } from '../engine/analyse';
import { measureCommands, type MeasureTask } from '../engine/cost/calibrate/commands';
import { wholeTotal } from '../engine/cost/totals';
import { cutNode } from '../engine/cost/calibrate/cutNode';
import { writeOnnx } from '../engine/formats/onnx/write';
import type { Model } from '../engine/graph/model';
import type { Inference } from '../engine/inference/types';
import { uninterrupted } from '../engine/scheduler';
import { reportWords } from '../reportWords';
import { chosenChips } from '../workspace/chosenChips';
import { onlyPath } from './task';
import type { Arguments } from './arguments';
import { ChipChoice } from './chipChoice';
import { failed, usage, type Outcome } from './failure';
import { nearest } from '../engine/nearest';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { openModel } from './openModel';
import { askedFor, prepareAsked, refuseRuntime, settingsFor, settingsNotes } from './workload';

/**
 * `siliconlens verify MODEL [--node NAME]`: the commands that measure what is estimated. With a node, `--out` names the
 * file that gets the node as a model of its own.
 */
export async function verify(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const path = onlyPath(words);
  const shell = words.choice('shell', shells) ?? 'posix';
  const choices = await settingsFor(words, path);
  const asked = askedFor(words, choices);
  const choice = await ChipChoice.here(language, choices.customChips);
  const name = words.text('chip') ?? choices.chips[0];
  const chip = name === undefined ? chosenChips([]).chips[0]! : await choice.named(name);
  refuseRuntime(words, [chip]);
  const opened = await openModel(path, language, roomIn(heapBytes));
  if (opened.failure) throw opened.failure;
  const inputs = await otherInputs(words, [opened], choice);
  refuseTooMuch(opened, 1, heapBytes);
  const { prepared, remarks } = await prepareAsked(opened.model, asked);
  const remarked = settingsNotes(words, remarks, language);
  const { inference, workload } = prepared;
  const node = words.text('node');
  if (node === undefined) {
    const commands = await commandsFor({ path, chip, isNode: false }, prepared, shell, language);
    return { ...commands, inputs, notes: remarked.join('\n') };
  }
  const { model, bytes } = cut(path, node, opened.model, inference, language);
  const out = words.out ?? `${withoutExtension(path.replace(/^.*[/\\]/, ''))}.node.onnx`;
  const alone = await prepare(model, { ...workload, bindings: {} }, uninterrupted);
  const commands = await commandsFor({ path: out, chip, isNode: true }, alone, shell, language);
  const args = { path: out, node: terminalText(node), bytes: reportWords(language).bytes(bytes.length) };
  const missing =
    words.out === undefined
      ? `${commentText(shell, `--out ${out}: ${message(language, 'cli.verify.cut')}`)}\n\n`
      : '';
  if (words.out !== undefined) remarked.push(message(language, 'cli.verify.written', args));
  const notes = remarked.join('\n');
  return { ...commands, text: `${missing}${commands.text}`, file: bytes, inputs, notes };
}

function cut(
  path: string,
  name: string,
  whole: Model,
  inference: Inference,
  language: Language,
): { model: Model; bytes: Uint8Array } {
  const { model, problem } = cutNode(whole, inference, nodeNamed(path, name, inference));
  if (!model) {
    throw failed('cli.error.model', { path, message: problemMessage(language, problem) });
  }
  const written = writeOnnx(model);
  if ('unwritable' in written)
    throw failed('cli.verify.unwritable', { node: name, part: written.unwritable });
  return { model, bytes: written.bytes };
}

/** Flat index of the node of a name, or of the one that writes a value of that name. Throws a `Failure`. */
function nodeNamed(path: string, name: string, { nodes, values }: Inference): number {
  const found =
    nodes.find(({ node }) => node.name === name)?.index ??
    values.find((value) => value.name === name)?.producer;
  if (found !== undefined && found !== null) return found;
  const names = nodes.flatMap(({ node }) => [node.name, ...node.outputs]).filter((one) => one !== '');
  const near = nearest(name, names.slice(0, 20_000), 3);
  throw near.length > 0
    ? usage('cli.verify.nearNode', {
        path,
        node: name,
        names: near.map((one) => terminalText(one)).join(', '),
      })
    : usage('cli.verify.noNode', { path, node: name });
}

/** The recipe as a script of the shell with comments, headed by the estimate that it checks. */
async function commandsFor(
  task: Pick<MeasureTask, 'path' | 'chip' | 'isNode'>,
  prepared: Prepared,
  shell: Shell,
  language: Language,
): Promise<{ readonly text: string; readonly failure: Outcome['failure'] }> {
  const { chip } = task;
  const { model, workload, inference } = prepared;
  const words = reportWords(language);
  const { profile, cost } = await costsOn(prepared, chip, uninterrupted);
  const recipe = measureCommands({ ...task, model, workload, inference, profile });
  // A lower bound is nothing to measure against.
  const seconds = wholeTotal(cost.total.latencySeconds);
  const key = seconds ? 'cli.verify.estimate' : 'cli.verify.estimateUnknown';
  const lines = [
    ...(shell === 'powershell' ? [message(language, 'cli.verify.powershell')] : []),
    message(language, key, {
      ...{ chip: chip.id, runtime: profile.name },
      ...(seconds && {
        ...{
          seconds: words.seconds(seconds.value),
          low: words.seconds(seconds.low),
          high: words.seconds(seconds.high),
        },
      }),
    }),
    ...recipe.problems.map((problem) => problemMessage(language, problem)),
  ];
  const head = lines.map((line) => `${commentText(shell, line)}\n`).join('');
  const steps = recipe.steps.map((step) => {
    const comment = commentText(shell, message(language, `measure.step.${step.purpose}`));
    return `\n${comment}\n${commandText(shell, step)}\n`;
  });
  const refused = recipe.problems.find(({ severity }) => severity === 'error');
  const failure = refused
    ? failed('cli.error.model', { path: task.path, message: problemMessage(language, refused) })
    : null;
  return { text: head + steps.join(''), failure };
}
