import { linkSync, mkdirSync, statSync, symlinkSync, utimesSync, chmodSync, lstatSync } from 'node:fs';
import { TestClient } from '../lsp/client';
import { listingRequest } from '../../server/protocol';
import { listingOf } from '../../server/address';
import { pathToFileURL } from 'node:url';
import { cli, refusal, type Case, type Desk } from './desk';

/** Whether a command line that names the model as its output leaves the model alone. */
function keepsModel(desk: Desk, out: string): string {
  const before = desk.read('m.onnx');
  const said = refusal(desk.cli('listing', 'm.onnx', '--out', out));
  const kept = desk.read('m.onnx') === before ? 'kept' : 'LOST';
  return `${said.startsWith('refused') ? 'refused' : said}, the model is ${kept}`;
}

function model(desk: Desk): void {
  desk.write('m.onnx', desk.fixture('tiny-conv.onnx'));
}

const external = (location: string): string => `<ir_version: 10, opset_import: ["" : 18]>
g (float[1, 4] x) => (float[1, 4] y)
<float[4, 4] w = ["location": "${location}", "offset": "0", "length": "64"]>
{
  y = MatMul (x, w)
}
`;

/** Reading and writing of files. */
export const doors: readonly Case[] = [
  {
    name: '--out on the model',
    expected: 'refused, the model is kept',
    got(desk) {
      model(desk);
      return keepsModel(desk, 'm.onnx');
    },
  },
  {
    name: '--out on the model by another spelling',
    expected: 'refused, the model is kept',
    got(desk) {
      model(desk);
      mkdirSync(desk.path('sub'));
      return keepsModel(desk, 'sub/../m.onnx');
    },
  },
  {
    name: '--out on a link to the model',
    expected: 'refused, the model is kept',
    got(desk) {
      model(desk);
      symlinkSync('m.onnx', desk.path('link'));
      return keepsModel(desk, 'link');
    },
  },
  {
    name: '--out on a hard link of the model',
    expected: 'refused, the model is kept',
    got(desk) {
      model(desk);
      linkSync(desk.path('m.onnx'), desk.path('hard'));
      return keepsModel(desk, 'hard');
    },
  },
  {
    name: '--out on a link: its target is replaced, its mode stays',
    expected: 'a link, target of mode 640 written',
    got(desk) {
      model(desk);
      desk.write('target.txt', 'old');
      chmodSync(desk.path('target.txt'), 0o640);
      symlinkSync('target.txt', desk.path('link.txt'));
      desk.cli('listing', 'm.onnx', '--out', 'link.txt');
      const kind = lstatSync(desk.path('link.txt')).isSymbolicLink() ? 'a link' : 'no link';
      const mode = (statSync(desk.path('target.txt')).mode & 0o777).toString(8);
      return `${kind}, target of mode ${mode} ${desk.read('target.txt').includes('Conv') ? 'written' : 'not written'}`;
    },
  },
  {
    name: '--out on a device that is full',
    expected: 'refused, nothing is left behind',
    got(desk) {
      model(desk);
      const said = refusal(desk.cli('listing', 'm.onnx', '--out', '/dev/full'));
      return `${said.startsWith('refused') ? 'refused' : said}, ${desk.names().join() === 'm.onnx' ? 'nothing' : desk.names().join()} is left behind`;
    },
  },
  {
    name: '--out to a pipe',
    expected: 'listing written to /dev/stdout',
    got(desk) {
      model(desk);
      // A pipe of the shell: those of Node are sockets, which have no path.
      const script = '"$0" "$1" listing m.onnx --out /dev/stdout | cat';
      const { out } = desk.run('sh', ['-c', script, process.execPath, cli]);
      return out.includes('Conv') ? 'listing written to /dev/stdout' : `got ${out}`;
    },
  },
  {
    name: 'a named pipe in the place of a model',
    expected: 'refused',
    got(desk) {
      if (desk.run('mkfifo', ['m.onnx']).code !== 0) return 'no mkfifo here';
      return refusal(desk.cli('analyze', 'm.onnx')).split(':')[0]!;
    },
  },
  {
    name: 'a device in the place of a model',
    expected: 'refused',
    got: (desk) => refusal(desk.cli('analyze', '/dev/zero')).split(':')[0]!,
  },
  {
    name: 'links of a Hugging Face cache: model and weights lead into one store',
    expected: 'found',
    got(desk) {
      desk.write('blobs/aa', external('w.bin'));
      desk.write('blobs/bb', new Uint8Array(64));
      mkdirSync(desk.path('snapshots/1'), { recursive: true });
      symlinkSync('../../blobs/aa', desk.path('snapshots/1/m.onnxtxt'));
      symlinkSync('../../blobs/bb', desk.path('snapshots/1/w.bin'));
      const { error } = desk.cli('analyze', 'snapshots/1/m.onnxtxt');
      const { out } = desk.cli('sparsity', 'snapshots/1/m.onnxtxt');
      return error === '' && out.includes('100%') ? 'found' : `${error}${out.slice(0, 200)}`;
    },
  },
  {
    name: 'weights behind a link out of the folder',
    expected: 'not looked at',
    got(desk) {
      desk.write('elsewhere/secret', new Uint8Array(64));
      desk.write('models/m.onnxtxt', external('w.bin'));
      symlinkSync('../elsewhere/secret', desk.path('models/w.bin'));
      const { out } = desk.cli('sparsity', 'models/m.onnxtxt');
      return out.includes('100%') ? 'READ' : 'not looked at';
    },
  },
  {
    name: 'a model rewritten with the same size and time',
    expected: 'the new listing',
    async got(desk) {
      const bytes = desk.fixture('tiny-conv.onnx');
      desk.write('m.onnx', bytes);
      const time = new Date(1_700_000_000_000);
      utimesSync(desk.path('m.onnx'), time, time);
      const client = await TestClient.inProcess();
      const uri = listingOf(pathToFileURL(desk.path('m.onnx')).href);
      await client.request(listingRequest, { uri });
      desk.write(
        'm.onnx',
        Buffer.from(bytes.toString('latin1').replaceAll('HardSwish', 'HardSwash'), 'latin1'),
      );
      utimesSync(desk.path('m.onnx'), time, time);
      const { text } = await client.request(listingRequest, { uri });
      await client.stop();
      return text.includes('HardSwash') ? 'the new listing' : 'the old listing';
    },
  },
];
