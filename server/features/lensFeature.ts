import { whileWanted, handler } from './handler';
import { isBudgetFile } from '../workspace/budgetPaths';
import { budgetLenses } from './budgets/shown';
import { codeLenses } from './codeLens';
import type { Feature } from './feature';

/** Totals and choices above the graph. */
export const lensFeature: Feature = {
  capability: ({ textDocument }) => (textDocument?.codeLens ? { codeLensProvider: {} } : null),
  register: ({ connection, editor, log, language, models, budgets, working }) => {
    connection.onCodeLens(
      handler(
        log,
        'code lens',
        () => [],
        async ({ textDocument: { uri } }, token) => {
          if (isBudgetFile(uri)) {
            const present = await budgets.present(uri, token);
            return present ? budgetLenses(present, language()) : [];
          }
          const analysis = await whileWanted(models.analysis(uri), token);
          if (!analysis) return [];
          return working.during(uri, () => codeLenses(analysis, language(), editor.isOurs));
        },
      ),
    );
  },
};
