import { Asking, type Claim } from './claim';
import { writeModels } from './models';
import { alphaGo, distilBert, int8, mobileNet, request, trueNorth } from './sizes';
import { gaudi, npuPower, perWatt, summit, tpuSpeed, trainingEnergy } from './speeds';

const all = [
  tpuSpeed,
  perWatt,
  npuPower,
  gaudi,
  int8,
  distilBert,
  mobileNet,
  request,
  trainingEnergy,
  alphaGo,
  summit,
  trueNorth,
];

/** The claims, each with what is computed. @param folder where models are written */
export async function selfCheck(folder: string): Promise<readonly Claim[]> {
  const at = writeModels(folder);
  const claims: Claim[] = [];
  for (const claim of all) claims.push(await claim(new Asking(at)));
  return claims;
}

/** docs/self-check.md. */
export function selfCheckPage(claims: readonly Claim[]): string {
  const count = (wanted: Claim['verdict']): number =>
    claims.filter(({ verdict }) => verdict === wanted).length;
  return [
    '# Self-check',
    '',
    'Made by `npm run self-check`: correct `test/selfCheck/`, not this page. A test computes the figures anew.',
    '',
    'Numbers that the documents of [background.md](background.md) are known by, each held against what is computed here. No constant was',
    `set to match one. Of ${claims.length}, ${count('reproduced')} are reproduced, ${count('not')} are not, and ${count('not checkable')} cannot be checked.`,
    '',
    '`resnet50.onnx`, `mobilenetv2.onnx` and `speech-lstm-gru.onnx` are the fixtures of the repository, `mlp0.onnx` is the network MLP0 of the paper on',
    'TPU v1, and `bert`, `distilbert` and `llama` are folders with the published `config.json` of bert-base-uncased, distilbert-base and Llama-2-70b.',
    '',
    ...claims.flatMap((claim, i) => [
      `## ${i + 1}. ${claim.said}`,
      '',
      `**${claim.verdict}**. ${claim.computed}`,
      '',
      claim.reason,
      '',
      '```',
      ...claim.commands,
      '```',
      '',
    ]),
  ].join('\n');
}
