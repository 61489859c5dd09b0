import type { Chip } from './chip';
import { smallest } from '../lists';

/** Vendors as they are written in Korean and Chinese, with misprints that circulate. */
const vendorNames: Readonly<Record<string, readonly string[]>> = {
  AMD: ['에이엠디'],
  AWS: ['아마존', 'amazon'],
  Alibaba: ['알리바바'],
  Apple: ['애플'],
  Baidu: ['바이두'],
  BrainChip: ['브레인칩'],
  Cambricon: ['캠브리콘', '한무기', '寒武紀', '寒武纪'],
  Cerebras: ['세레브라스', '세레브라스시스템즈'],
  DeepX: ['딥엑스'],
  FuriosaAI: ['퓨리오사', '퓨리오사ai'],
  Google: ['구글'],
  Graphcore: ['그래프코어'],
  Groq: ['그록', '그로크'],
  Hailo: ['하일로', '헤일로'],
  Huawei: ['화웨이'],
  HyperAccel: ['하이퍼엑셀'],
  IBM: ['아이비엠'],
  Intel: ['인텔'],
  Meta: ['메타'],
  Microsoft: ['마이크로소프트'],
  Mobilint: ['모빌린트'],
  NVIDIA: ['엔비디아', 'nvidal'],
  Qualcomm: ['퀄컴'],
  Rebellions: ['리벨리온'],
  Samsung: ['삼성', '삼성전자'],
  SAPEON: ['사피온'],
  SambaNova: ['삼바노바'],
  'SK hynix': ['하이닉스', 'sk하이닉스'],
  Tesla: ['테슬라'],
  Tenstorrent: ['텐스토렌트'],
};

/** Lower case without spaces, dashes and other punctuation, in one Unicode form. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}]/gu, '');
}

/** All that a chip may be called, normalised: id, name, aliases, each also with its vendor before it. */
export function namesOf(chip: Chip): readonly string[] {
  const known = cache.get(chip);
  if (known) return known;
  const own = [chip.id, chip.name, ...chip.aliases].map(normalise);
  const vendors = [chip.vendor, ...vendorsOf(chip.vendor)].map(normalise);
  const names = [
    ...new Set([...own, ...vendors, ...vendors.flatMap((vendor) => own.map((name) => vendor + name))]),
  ];
  cache.set(chip, names);
  return names;
}

const cache = new WeakMap<Chip, readonly string[]>();

function vendorsOf(vendor: string): readonly string[] {
  return Object.entries(vendorNames)
    .filter(([name]) => normalise(vendor).includes(normalise(name)))
    .flatMap(([, others]) => others);
}

/**
 * Typing errors between two words (insertion, deletion, substitution, neighbours swapped), or null when there are more
 * than `most`. Digits are never errors: one model number is not another.
 */
export function typoDistance(a: string, b: string, most: number): number | null {
  if (Math.abs(a.length - b.length) > most || digits(a) !== digits(b)) return null;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    if (smallest(row) > most) return null;
    [before, last] = [last, row];
  }
  return last[b.length]! <= most ? last[b.length]! : null;
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}
