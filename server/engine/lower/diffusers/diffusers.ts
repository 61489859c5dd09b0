import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import type { Graph, Tensor } from '../../graph/model';
import { Fields, type JsonObject } from '../fields';
import { GraphWriter } from '../graphWriter';
import { activationTypeOf } from '../weightsOfFile';
import { autoencoder } from './autoencoder';
import table from './classes.json';
import { flux } from './flux';
import type { Net } from './net';
import { stableDiffusion3 } from './stableDiffusion3';
import { unet } from './unet';

/** What writes the graph of each class that `classes.json` has the defaults of. */
const writers: Readonly<Record<keyof typeof table.classes, (net: Net) => void>> = {
  FluxTransformer2DModel: flux,
  SD3Transformer2DModel: stableDiffusion3,
  UNet2DConditionModel: unet,
  AutoencoderKL: autoencoder,
};

/** The class that a configuration of diffusers names; undefined where it names none. */
export function classOf(configuration: JsonObject): string | undefined {
  const name = configuration['_class_name'];
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Whether the graph of a class of diffusers is known. */
export function isKnownClass(name: string): boolean {
  return entryOf(writers, name) !== undefined;
}

/**
 * The graph of a model of diffusers, of a class that is known: one step of it. Throws a `MissingKeyError` where a number is
 * missing, or a field says what is not known here.
 * @param tensors of the files beside the configuration; without them sizes follow from it
 */
export function diffusersGraph(
  name: string,
  className: string,
  configuration: JsonObject,
  tensors: readonly Tensor[],
): Graph {
  const defaults: JsonObject = entryOf(table.classes, className)!;
  const type: DataType = tensors.length === 0 ? 'float' : activationTypeOf(tensors);
  const writer = new GraphWriter(type);
  const files = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const fields = new Fields(configuration, defaults, {});
  entryOf(writers, className)!({ writer, fields, files, constants: new Map() });
  return writer.graph(name, tensors);
}

/** Whether a class is that of a pipeline of several models: diffusers names all of them so. */
export function isPipeline(name: string): boolean {
  return name.endsWith('Pipeline');
}

/** A part of a pipeline: a folder of this name with a model of this class. */
export interface PipelinePart {
  readonly name: string;
  readonly className: string;
}

/** Parts at most that are named. */
const mostParts = 50;

/**
 * The models that a pipeline is made of, by its `model_index.json`: fields with a library and a class. What is no model
 * (schedulers, tokenizers) is among them; missing parts are null there.
 */
export function pipelineParts(configuration: JsonObject): readonly PipelinePart[] {
  const parts = Object.entries(configuration).flatMap(([name, value]): PipelinePart[] => {
    const [library, className] = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const isPart = typeof library === 'string' && typeof className === 'string';
    return isPart ? [{ name, className }] : [];
  });
  return parts.slice(0, mostParts);
}
