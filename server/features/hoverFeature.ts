import type { Hover } from 'vscode-languageserver';
import { runPolitely } from '../engine/scheduler';
import type { Timer } from '../platform';
import type { Analysis } from '../workspace/analysis';
import { politeTo } from '../workspace/turns';
import { isBudgetFile } from '../workspace/budgetPaths';
import { budgetHover } from './budgets/shown';
import type { ServerContext } from './context';
import type { Feature } from './feature';
import { handler, whileWanted } from './handler';
import { hover, pendingHover } from './hover';
import { shownListing } from './shownListing';
import { indexUnits } from './unitsHover';

/** A hover that would come later than this says what is known meanwhile (milliseconds). */
const hoverPatience = 15;

/** What stands below the cursor, or that it is being computed. */
export const hoverFeature: Feature = {
  capability: ({ textDocument }) => (textDocument?.hover ? { hoverProvider: true } : null),
  register: (context) => {
    const { connection, editor, log, language, working } = context;
    connection.onHover(
      handler(
        log,
        'hover',
        () => null,
        async ({ textDocument: { uri }, position }, token): Promise<Hover | null> => {
          if (isBudgetFile(uri)) {
            const present = await context.budgets.present(uri, token);
            return present && editor.hover(budgetHover(present, position, language()));
          }
          const analysis = await whileWanted(soon(context, uri), token);
          if (analysis)
            return working.during(uri, async () => {
              await runPolitely(indexUnits(analysis), politeTo(token));
              return editor.hover(hover(analysis, position, language(), editor.isOurs));
            });
          const isWithheld = working.withheld(uri) !== undefined;
          if (analysis === null && !isWithheld) return null;
          const listing = await shownListing(context, uri, token);
          const why = isWithheld ? 'hover.withheld' : 'hover.computing';
          return listing ? editor.hover(pendingHover(listing.positions, position, language(), why)) : null;
        },
      ),
    );
  },
};

/** The analysis if it comes soon; undefined while it is still at work, null where there is none. */
async function soon(context: ServerContext, uri: string): Promise<Analysis | null | undefined> {
  // What has been at work for so long will hardly end within what is left of the patience.
  const left = hoverPatience - context.models.workingFor(uri);
  if (left <= 0) return undefined;
  let timer: Timer | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), left);
  });
  try {
    return await Promise.race([context.models.analysis(uri), patience]);
  } finally {
    clearTimeout(timer);
  }
}
