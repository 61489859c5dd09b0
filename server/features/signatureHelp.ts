import type {
  Position,
  SignatureHelp,
  SignatureHelpClientCapabilities,
  SignatureInformation,
} from 'vscode-languageserver';
import type { Language } from '../../l10n/language';
import { schemaAt, schemaOfFunction } from '../engine/operators/schema';
import type { OperatorSchema } from '../engine/operators/schema';
import { importsOf, versionInForce } from '../workspace/textModels';
import type { TextModel } from '../workspace/textModels';
import { operatorSentence } from './operatorDocs';
import { typeList } from '../engine/operators/typeWords';
import { attributeFact, isVariadic, operatorText, parameterText } from './schemaText';
import { callAt } from './textContext';

/** Inputs, or attributes, of the operator around the cursor, with the one that the cursor is at. */
export function signatureHelp(model: TextModel, at: Position, language: Language): SignatureHelp | null {
  const call = callAt(model.tokens, at);
  if (!call) return null;
  const { domain, name } = call.operator;
  const scope = model.listing.positions.scopeAt(at.line);
  const called = model.listing.model.functions.find((one) => one.domain === domain && one.name === name);
  const version = versionInForce(importsOf(model.listing, scope), domain);
  const schema = called ? schemaOfFunction(called) : schemaAt(domain, name, version);
  if (!schema) return null;
  if (call.input === null) {
    const index = schema.attributes.findIndex((attribute) => attribute.name === call.attribute);
    return { signatures: [attributeSignature(schema, index, language)], activeSignature: 0 };
  }
  return { signatures: [inputSignature(schema, call.input, language)], activeSignature: 0 };
}

/** `Gemm (A: T, B: T, C?: T) → (Y: T)` */
function inputSignature(schema: OperatorSchema, input: number, language: Language): SignatureInformation {
  const outputs = schema.outputs.map(parameterText).join(', ');
  const active = isVariadic(schema.inputs) ? Math.min(input, schema.inputs.length - 1) : input;
  return build(
    schema,
    ['(', `) → (${outputs})`],
    schema.inputs.map((parameter) => ({
      text: parameterText(parameter),
      documentation: parameter.types.size > 0 ? typeList(parameter.types) : undefined,
    })),
    active,
    language,
  );
}

/** `Gemm <alpha: float = 1.0, …>` */
function attributeSignature(
  schema: OperatorSchema,
  active: number,
  language: Language,
): SignatureInformation {
  const attributes = schema.attributes.map((attribute) => ({ text: attributeFact(attribute, language) }));
  return build(schema, ['<', '>'], attributes, active, language);
}

function build(
  schema: OperatorSchema,
  [open, close]: readonly [string, string],
  items: readonly { readonly text: string; readonly documentation?: string }[],
  active: number,
  language: Language,
): SignatureInformation {
  let label = `${operatorText(schema.domain, schema.name)} ${open}`;
  const parameters = items.map(({ text, documentation }, index) => {
    if (index > 0) label += ', ';
    const start = label.length;
    label += text;
    return { label: [start, label.length] as [number, number], documentation };
  });
  label += close;
  const documentation = operatorSentence(schema.domain, schema.name, language);
  // Past the end none is active: an index that does not exist says so.
  return { label, parameters, documentation, activeParameter: active < 0 ? parameters.length : active };
}

/** The same help for an editor that does not take places within labels, or one active parameter for each signature. */
export function signatureFor(
  help: SignatureHelp,
  client: SignatureHelpClientCapabilities['signatureInformation'],
): SignatureHelp {
  const signatures = help.signatures.map((signature) =>
    client?.parameterInformation?.labelOffsetSupport ? signature : withLabelTexts(signature),
  );
  if (client?.activeParameterSupport) return { ...help, signatures };
  const [first] = signatures;
  return {
    ...help,
    activeParameter: first?.activeParameter,
    signatures: signatures.map(({ activeParameter: _, ...signature }) => signature),
  };
}

function withLabelTexts({ parameters, ...signature }: SignatureInformation): SignatureInformation {
  return {
    ...signature,
    parameters: parameters?.map(({ label, ...parameter }) => ({
      ...parameter,
      label: typeof label === 'string' ? label : signature.label.slice(...label),
    })),
  };
}
