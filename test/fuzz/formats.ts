import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { tinyProgram } from '../unit/formats/coreml/bytes';
import { tinyUnknown } from '../unit/formats/gguf/bytes';
import { archive as kerasArchive, program as kerasProgram } from '../unit/formats/keras/archive';
import { tinyModule } from '../unit/formats/mlir/module';
import { tinyNet } from '../unit/formats/openvino/ir';
import { archive, program } from '../unit/formats/pytorch/program';
import { script, scriptOf } from '../unit/formats/torchscript/script';
import { tinyConvolution } from '../unit/formats/tflite/bytes';
import { mutated } from './bytes';
import { pick, randomOf, type Random } from './random';

/** A file that is damaged to see what its reader makes of it. */
interface Base {
  /** With the ending of its format. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Puts a text that was changed back into its file; left out where the file is no text. */
  readonly packed?: (text: string) => Uint8Array;
}

const encoder = new TextEncoder();

/** The configuration of a model that Keras saved, whose words are changed within its archive. */
function kerasConfiguration(name: string): Uint8Array {
  const text = new TextDecoder('latin1').decode(fixture(`keras/${name}.keras.gz`));
  const begin = text.indexOf('{"module"');
  return encoder.encode(text.slice(begin, text.indexOf('PK\u0001\u0002', begin)));
}

/** A model of two small layers, as transformers writes its configuration. */
const configuration = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 100,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  quantization_config: { quant_method: 'gptq', bits: 4, group_size: 128 },
};

/** The head of a safetensors file, and its bytes. */
function safetensors(): Uint8Array {
  const head = JSON.stringify({
    __metadata__: { format: 'pt' },
    w: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    'model.norm.weight': { dtype: 'BF16', shape: [4], data_offsets: [24, 32] },
  });
  const bytes = new Uint8Array(8 + head.length + 32);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(encoder.encode(head), 8);
  return bytes;
}

function fixture(path: string): Uint8Array {
  const stored = readFileSync(`test/fixtures/${path}`);
  return new Uint8Array(path.endsWith('.gz') ? gunzipSync(stored) : stored);
}

/** Lines of a module's code, of which words and numbers are changed. */
const fuzzedLines = [
  'y = torch.linear(x, self.weight)',
  'a, b = torch.chunk(torch.cat([y, y], 1), 2, -1)',
  'if torch.eq(torch.dim(a), 2):',
  '  c = torch.slice(a, 1, 0, 9223372036854775807)',
  'else:',
  '  c = torch.expand(torch.unsqueeze(b, 1), [-1, 7, -1])',
  'for i in range(3):',
  '  c = torch.pad(torch.flatten(c, 0, 1), [1, 2])',
  'return torch.view(c, [-1, int(torch.size(c, 0))])',
].join('\n');

const asText = (text: string): Uint8Array => encoder.encode(text);

const strangeNumbers = ['-1', '0', '1e999', '9007199254740993', '4294967296', '1.5', '1000000'];
const strangeTexts = ['', '__proto__', 'constructor', '0', '-1', '1,1,1', 'x'.repeat(1000), '\u202e'];

/** A text of JSON or XML in which some numbers and quoted texts are others: strange ones, or those of another place. */
function reworded(text: string, random: Random): string {
  const tokens = [...text.matchAll(/"[^"]*"|-?\d+/g)];
  if (tokens.length === 0) return text;
  let result = text;
  for (let i = 1 + random(3); i > 0; i--) {
    const { 0: old, index } = pick(random, tokens);
    const other = pick(random, tokens)[0];
    const isText = old.startsWith('"');
    const strange = isText ? `"${pick(random, strangeTexts)}"` : pick(random, strangeNumbers);
    const by = random(3) === 0 && other.startsWith('"') === isText ? other : strange;
    result = result.slice(0, index) + by + result.slice(index + old.length);
  }
  return result;
}

/** A damaged copy of a base, all from the seed: bytes that are others, or words. */
export function damaged({ bytes, packed }: Base, seed: number): Uint8Array {
  const random = randomOf(seed);
  if (!packed) return mutated(bytes, seed);
  const text = new TextDecoder().decode(random(4) ? bytes : mutated(bytes, seed));
  return packed(reworded(text, random));
}

/** Files of every format but ONNX, all of them small: those are as good at showing faults and let more be tried. */
export function formatBases(): readonly Base[] {
  return [
    { name: 'tiny.gguf', bytes: tinyUnknown() },
    { name: 'tiny.safetensors', bytes: safetensors() },
    { name: 'config.json', bytes: encoder.encode(JSON.stringify(configuration)), packed: asText },
    { name: 'tiny.tflite', bytes: tinyConvolution() },
    { name: 'lstm.tflite', bytes: fixture('tflite/lstm.tflite.gz') },
    { name: 'branches.ort', bytes: fixture('ort/branches.ort') },
    { name: 'tiny-mlp.ort', bytes: fixture('ort/tiny-mlp.ort') },
    { name: 'tiny.xml', bytes: encoder.encode(tinyNet()), packed: asText },
    { name: 'tiny-conv.xml', bytes: fixture('openvino/tiny-conv.xml.gz'), packed: asText },
    { name: 'tiny.pt2', bytes: archive() },
    { name: 'packed.pt2', bytes: archive(undefined, true) },
    { name: 'program.pt2', bytes: encoder.encode(JSON.stringify(program)), packed: archive },
    { name: 'tiny.pt', bytes: script() },
    { name: 'code.pt', bytes: encoder.encode(fuzzedLines), packed: scriptOf },
    { name: 'lstm.pt', bytes: fixture('torchscript/lstm-script.pt.gz') },
    { name: 'tiny.mlir', bytes: encoder.encode(tinyModule), packed: asText },
    { name: 'decoder.mlir', bytes: fixture('stablehlo/decoder.mlir.gz'), packed: asText },
    { name: 'search.mlir', bytes: fixture('stablehlo/search.mlir.gz') },
    { name: 'tiny.mlmodel', bytes: tinyProgram() },
    { name: 'network.mlmodel', bytes: fixture('coreml/network-lstm.mlmodel.gz') },
    { name: 'gru.mlmodel', bytes: fixture('coreml/gru.mlmodel.gz') },
    { name: 'tiny.keras', bytes: kerasArchive() },
    { name: 'packed.keras', bytes: kerasArchive(undefined, true) },
    { name: 'program.keras', bytes: encoder.encode(JSON.stringify(kerasProgram)), packed: kerasArchive },
    { name: 'texts.keras', bytes: kerasConfiguration('texts'), packed: kerasArchive },
    { name: 'transformer.keras', bytes: kerasConfiguration('transformer'), packed: kerasArchive },
    { name: 'unet.keras', bytes: kerasConfiguration('unet'), packed: kerasArchive },
    { name: 'siamese.keras', bytes: kerasConfiguration('siamese'), packed: kerasArchive },
    { name: 'mlp.pt2', bytes: fixture('pt2/mlp.pt2.gz') },
  ];
}
