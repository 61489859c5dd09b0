import { places } from '../../engine/chips/searchWords';
import { objectives } from '../../engine/mapping/candidate';
import { phases, precisionPolicies } from '../../engine/workload';

/** Something that tools take. */
interface Input {
  /** The option of the command line that it becomes; left out: it stands by itself. */
  readonly option?: string;
  /** Its JSON schema. */
  readonly schema: object;
}

/** Names in a list: assistants may make long ones by mistake. */
const mostItems = 20;

/** All that tools take, by name. */
export const inputs: ReadonlyMap<string, Input> = new Map<string, Input>([
  [
    'model',
    { schema: text('Path of the model file, or of the folder that is the model, in the workspace.') },
  ],
  ['query', { schema: text("Words of a chip's name, vendor, class, place or phase.") }],
  ['node', { schema: text('Name of the node, or of one of its outputs.') }],
  ['chips', list('chip', 'Ids or names of chips; left out: a few common ones.')],
  ['phase', choice('phase', phases, 'What the model is asked to do.')],
  ['precision', choice('precision', precisionPolicies, 'as-stored keeps the types of the file.')],
  ['runtime', { option: 'runtime', schema: text('Id of a runtime, such as tensorrt or onnxruntime-cpu.') }],
  [
    'objective',
    choice(
      'objective',
      objectives.filter((one) => one !== 'price'),
      'What is to be best.',
    ),
  ],
  ['limits', list('limit', 'Such as latency=10ms, watts=15 or memory=8GB.')],
  ['places', list('place', `Places to choose from: ${places.join(', ')}.`)],
  ['vendors', list('vendor', 'Vendors to choose from.')],
  ['context', { option: 'context', schema: count('Tokens that a language model has in its cache.', 1) }],
  [
    'bindings',
    {
      option: 'bind',
      schema: {
        type: 'object',
        additionalProperties: count('The number.', 0),
        maxProperties: 100,
        description: 'Numbers for symbolic dimensions, such as {"batch": 8, "sequence": 512}.',
      },
    },
  ],
]);

function text(description: string): object {
  return { type: 'string', description };
}

function count(description: string, minimum: number): object {
  return { type: 'integer', minimum, description };
}

function list(option: string, description: string): Input {
  return { option, schema: { type: 'array', items: { type: 'string' }, maxItems: mostItems, description } };
}

function choice(option: string, values: readonly string[], description: string): Input {
  return { option, schema: { type: 'string', enum: values, description } };
}
