// `npm run house`: how large the rooms, files and functions are, what goes in circles, what nobody uses, what stands twice.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { longestFunctions, repeatedLines, roomSizes, sizeOf, type FileSize } from './houseSizes';
import { rooms } from './mutants/rooms';

const longFile = 300;
const longFunction = 50;
const root = resolve('.');

const inRooms = rooms(root).map(({ name, files }) => ({
  name,
  files: files.map((path) => sizeOf(path, readFileSync(join(root, path), 'utf8'))),
}));
const files = inRooms.flatMap((room) => room.files);

print('Rooms (lines of files; lines of functions)', [
  '| room | files | lines | median file | longest file | median function | longest function |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...inRooms.map((room) => roomRow(room.name, room.files)),
  roomRow('all', files),
]);
print(
  `Files over ${longFile} lines`,
  files.filter(({ lines }) => lines > longFile).map(({ path, lines }) => `${path} ${lines}`),
);
print(
  `Functions over ${longFunction} lines`,
  longestFunctions(files, longFunction).map(
    ({ path, line, name, lines }) => `${path}:${line} ${name} ${lines}`,
  ),
);
const { repeated, all, places } = repeatedLines(files);
print('Lines that stand twice', [
  `${repeated} of ${all} (${((100 * repeated) / all).toFixed(2)} %)`,
  ...places,
]);
print('Circles and rooms (dependency-cruiser)', outputOf('rooms'));
print('Exports used only at home, files and packages without a use (knip)', outputOf('unused'));

function roomRow(name: string, sizes: readonly FileSize[]): string {
  const { fileCount, lines, medianFile, longestFile, medianFunction, longestFunction } = roomSizes(sizes);
  const cells = [fileCount, lines, medianFile, longestFile, medianFunction, longestFunction];
  return `| ${[name, ...cells].join(' | ')} |`;
}

/** What a script of package.json prints; nothing where it is content. */
function outputOf(script: string): string[] {
  try {
    execFileSync('npm', ['run', '-s', script], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
    return [];
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n');
  }
}

function print(title: string, lines: readonly string[]): void {
  console.log([`\n${title}`, '', ...(lines.length > 0 ? lines : ['none'])].join('\n'));
}
