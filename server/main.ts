import {
  createConnection,
  type InitializeResult,
  type InlayHint,
  TextDocuments,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { modelOf } from './address';
import { type ListingParams, listingRequest, type ListingResult, modelChangedRequest } from './protocol';

// Constant answers, so that the way from a click to a hint can be tried before there is an analysis.
const connection = createConnection();
const documents = new TextDocuments(TextDocument);

connection.onInitialize((): InitializeResult => ({
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    inlayHintProvider: true,
  },
}));

connection.onRequest(listingRequest, (params: ListingParams): ListingResult => ({
  text: constantListing(params.uri),
  revision: 1,
  mtime: Date.now(),
  state: 'ok',
}));

connection.onRequest(modelChangedRequest, () => ({ changed: true }));

connection.languages.inlayHint.on((params): InlayHint[] => {
  const lines = documents.get(params.textDocument.uri)?.getText().split('\n') ?? [];
  return lines.flatMap((line, index) => {
    const indent = line.length - line.trimStart().length;
    return line.includes(' = ')
      ? [{ position: { line: index, character: indent }, label: `  ${index} µs mem`, paddingRight: true }]
      : [];
  });
});

function constantListing(uri: string): string {
  return [
    `# ${modelOf(uri) ?? uri}`,
    '<ir_version: 8, opset_import: ["" : 17]>',
    'main_graph (float[batch,3] x) => (float[batch,3] y) {',
    '  a = Relu (x)',
    '  y = Softmax <axis = 1> (a)',
    '}',
    '',
  ].join('\n');
}

documents.listen(connection);
connection.listen();
