/**
 * The room rules of docs/architecture.md. Data flows one way:
 * formats -> lower -> graph -> inference(operators) -> blocks, kernels -> cost(chips) -> memory -> mapping -> budgets -> report,
 * and each room of the engine imports only rooms to its left (graph holds the types that formats fill).
 */
const engine = '^server/engine/';
const belowMapping = [
  'graph',
  'operators',
  'inference',
  'blocks',
  'kernels',
  'chips',
  'systems',
  'cost',
  'collectives',
  'memory',
];
const leftOf = {
  graph: [],
  lower: ['graph'],
  formats: ['graph', 'lower'],
  operators: ['graph'],
  inference: ['graph', 'operators', 'formats'],
  chips: ['graph'],
  systems: ['graph', 'chips'],
  blocks: ['graph', 'operators', 'inference'],
  kernels: ['graph', 'operators', 'inference'],
  cost: ['graph', 'operators', 'inference', 'kernels', 'chips'],
  collectives: ['graph', 'chips', 'systems', 'cost'],
  memory: ['graph', 'operators', 'inference', 'blocks', 'kernels', 'chips', 'cost'],
  mapping: belowMapping,
  budgets: [...belowMapping, 'mapping'],
  report: ['formats', ...belowMapping, 'mapping', 'budgets'],
};
const rooms = Object.keys(leftOf);

module.exports = {
  forbidden: [
    ...rooms.map((room) => ({
      name: `engine-${room}-looks-left-only`,
      severity: 'error',
      from: { path: `${engine}${room}/` },
      to: {
        path: `${engine}(${rooms.filter((other) => other !== room && !leftOf[room].includes(other)).join('|')})/`,
      },
    })),
    {
      name: 'engine-is-pure',
      comment: 'The engine imports neither VS Code, LSP, Node built-ins nor any other top-level room.',
      severity: 'error',
      from: { path: engine },
      to: { path: ['^vscode', 'node_modules/vscode', '^(extension|webview)/', '^server/(?!engine/)'] },
    },
    {
      name: 'engine-has-no-words',
      comment: 'It names texts by their keys, which are types.',
      severity: 'error',
      from: { path: engine },
      to: { path: '^l10n/', dependencyTypesNot: ['type-only'] },
    },
    ...[
      { name: 'extension', from: '^extension/', says: 'extension|write' },
      { name: 'webview', from: '^webview/', says: 'glossary|totals|webview' },
      { name: 'cli', from: '^server/(cli(/|\\.ts$)|mcp\\.ts$)', says: 'cli|problems|report|words|write' },
      {
        name: 'server',
        from: '^server/(features|workspace)/',
        says: 'operators|problems|report|server|totals|words',
      },
    ].map(({ name, from, says }) => ({
      name: `${name}-says-its-own-texts`,
      comment: 'Bundles hold the texts that they say, and no others.',
      severity: 'error',
      from: { path: from },
      to: {
        path: '^l10n/',
        pathNot: `^l10n/((format|language|messages|${says})\\.ts|(en|ko)/(${says})\\.json)$`,
        dependencyTypesNot: ['type-only'],
      },
    })),
    {
      name: 'node-room-knows-no-product',
      comment:
        'Files and processes of this machine: they know what a byte source is, and nothing else of ours.',
      severity: 'error',
      from: { path: '^server/node/' },
      to: {
        path: [
          '^(extension|webview|l10n)/',
          '^server/(?!node/|platform\\.ts$|engine/graph/byteSource\\.ts$)',
          '^vscode',
        ],
      },
    },
    {
      name: 'server-runs-anywhere',
      comment: 'What the server needs of its machine stands in platform.ts; entries choose who provides it.',
      severity: 'error',
      from: { path: '^server/', pathNot: ['^server/(node|cli)/', '^server/(main|cli|mcp)\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'server-runs-anywhere-but-entries',
      severity: 'error',
      from: { path: '^server/', pathNot: ['^server/(node|cli|browser)/', '^server/(main|cli|mcp)\\.ts$'] },
      to: { path: ['^server/(node|browser)/', 'vscode-languageserver/lib/(node|browser)/'] },
    },
    { name: 'engine-no-node', severity: 'error', from: { path: engine }, to: { dependencyTypes: ['core'] } },
    {
      name: 'only-extension-knows-vscode',
      severity: 'error',
      from: { pathNot: ['^extension/', '^test/'] },
      to: { path: ['^vscode$', 'vscode-languageclient'] },
    },
    {
      name: 'only-server-edge-knows-lsp',
      severity: 'error',
      from: {
        path: ['^server/', '^webview/', '^l10n/'],
        pathNot: ['^server/(features|workspace|browser)/', '^server/main\\.ts$'],
      },
      to: { path: 'vscode-languageserver' },
    },
    {
      name: 'extension-runs-anywhere',
      comment: 'What the extension needs of its machine stands in platform.ts; its entries provide it.',
      severity: 'error',
      from: { path: '^extension/', pathNot: '^extension/node/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'extension-runs-anywhere-but-entries',
      severity: 'error',
      from: { path: '^extension/', pathNot: '^extension/(node|browser)/' },
      to: {
        path: ['^(server|extension)/(node|browser)/', '/lib/(node|browser)/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'extension-knows-no-engine',
      severity: 'error',
      from: { path: '^extension/' },
      to: { path: '^server/(?!protocol\\.ts$|address\\.ts$|node/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'webview-knows-only-protocol',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: ['^server/(?!protocol\\.ts$)', '^extension/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'webview-content-is-plain',
      comment:
        'What pages say is computed without DOM, host and chart library, so that it is tested without them.',
      severity: 'error',
      from: { path: '^webview/content/' },
      to: {
        path: ['^webview/(?!content/|text\\.ts$)', 'node_modules/'],
      },
    },
    {
      name: 'outside-stands-alone',
      severity: 'error',
      from: { path: '^outside/' },
      to: { pathNot: '^outside/' },
    },
    {
      name: 'model-formats-stand-alone',
      severity: 'error',
      from: { path: '^modelFormats/' },
      to: { pathNot: '^modelFormats/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist', '^test/artifacts'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
  },
};
