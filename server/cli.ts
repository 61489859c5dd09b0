import { run } from './cli/run';

// A reader that closes early (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { LC_ALL, LC_MESSAGES, LANG } = process.env;
void run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  locale: LC_ALL || LC_MESSAGES || LANG,
}).then((code) => {
  process.exitCode = code;
});
