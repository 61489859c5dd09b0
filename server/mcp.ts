import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { message } from '../l10n/cli';
import { languageOf } from '../l10n/language';
import { exitCodes } from './cli/failure';
import { serve } from './cli/mcp/serve';
import { nodePlatform } from './node/platform';
import { installPlatform } from './platform';

installPlatform(nodePlatform);

const words = process.argv.slice(2);
if (words[0] === 'mcp') words.shift();
const { LC_ALL, LC_MESSAGES, LANG } = process.env;
const language = languageOf(LC_ALL || LC_MESSAGES || LANG);
const folders = (words.length > 0 ? words : ['.']).map((folder) => resolve(folder));
const missing = folders.find((folder) => !statSync(folder, { throwIfNoEntry: false })?.isDirectory());
if (missing === undefined) serve(folders, language);
else {
  process.stderr.write(`${message(language, 'cli.mcp.noFolder', { path: missing })}\n`);
  process.exitCode = exitCodes.usage;
}
