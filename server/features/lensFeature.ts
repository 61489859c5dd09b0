import { whileWanted, handler } from './handler';
import { codeLenses } from './codeLens';
import type { Feature } from './feature';

/** Totals and choices above the graph. */
export const lensFeature: Feature = {
  capability: ({ textDocument }) => (textDocument?.codeLens ? { codeLensProvider: {} } : null),
  register: ({ connection, editor, log, language, models, working }) => {
    connection.onCodeLens(
      handler(
        log,
        'code lens',
        () => [],
        async ({ textDocument: { uri } }, token) => {
          const analysis = await whileWanted(models.analysis(uri), token);
          if (!analysis) return [];
          return working.during(uri, () => codeLenses(analysis, language(), editor.isOurs));
        },
      ),
    );
  },
};
