import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { htmlText } from '../../../outside/html';
import { plainJson } from '../../../outside/json';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import type { Arguments } from '../arguments';
import { failed, usage, type Outcome } from '../failure';
import { readText } from '../openModel';
import { filterOf } from '../query/filter';
import { refuseEnding, rowsIn } from '../query/resultFiles';
import { mostRows, PageRows } from './collect';
import { pageTextNames, type PageData, type PageTexts } from './pageData';

/** `siliconlens dashboard RESULTS… --out FILE.html`: results of sweeps as one page that needs nothing else. */
export async function dashboard(
  words: Arguments,
  language: Language,
  workerScript: string,
): Promise<Outcome> {
  const paths = words.positionals;
  if (paths.length === 0) throw usage('cli.query.noFile');
  paths.forEach(refuseEnding);
  if (words.out === undefined) throw usage('cli.error.needs', { command: words.command, option: '--out' });
  const isWanted = filterOf(words.texts('where'));
  const rows = new PageRows();
  for await (const row of rowsIn(paths)) {
    if (!isWanted(row)) continue;
    if (rows.rows.length >= mostRows) throw failed('cli.dashboard.rows', { limit: mostRows });
    rows.add(row);
  }
  const texts = Object.fromEntries(
    pageTextNames.map((name) => [name, message(language, `cli.dashboard.page.${name}`)]),
  ) as unknown as PageTexts;
  const { strings, places } = rows;
  return {
    text: pageOf({ language, texts, strings, places, rows: rows.rows }, await partsBeside(workerScript)),
    failure: null,
  };
}

/** What the page runs and how it looks: built beside the command line. */
interface Parts {
  readonly script: string;
  readonly style: string;
}

async function partsBeside(workerScript: string): Promise<Parts> {
  const folder = join(dirname(workerScript), 'webview');
  const mostBytes = 10e6;
  return {
    script: await readText(join(folder, 'dashboard.js'), mostBytes),
    style: await readText(join(folder, 'dashboard.css'), mostBytes),
  };
}

/** The page. Nothing in it is fetched, and only what we wrote runs: the policy names both by their digests. */
function pageOf(data: PageData, { script, style }: Parts): string {
  const policy = `default-src 'none'; script-src '${digest(script)}'; style-src '${digest(style)}'; base-uri 'none'; form-action 'none'`;
  // No text of data may end its element.
  const json = plainJson(JSON.stringify(data)).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="${data.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(data.texts.title)}</title>
<style>${style}</style>
</head>
<body>
<main id="page"></main>
<script type="application/json" id="data">${json}</script>
<script>${script}</script>
</body>
</html>
`;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
