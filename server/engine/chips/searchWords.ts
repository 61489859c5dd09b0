import type { Chip, ChipClass, Machine, Place } from './chip';

/** Vendors as they are written in Korean and Chinese, with misprints that circulate. */
export const vendorWords: Readonly<Record<string, readonly string[]>> = {
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

/** What people call the classes, besides the id of the class. */
export const classWords: Readonly<Record<ChipClass, readonly string[]>> = {
  cpu: ['processor', '씨피유', '프로세서', '중앙처리장치'],
  gpu: ['graphics card', 'graphics processor', '지피유', '그래픽 카드', '그래픽 프로세서', '그래픽처리장치'],
  tpu: ['tensor processing unit', '티피유', '텐서처리장치'],
  npu: ['neural processing unit', '엔피유', '신경망처리장치', '신경망 처리 장치'],
  ipu: ['intelligence processing unit', '아이피유'],
  lpu: ['language processing unit', '엘피유', '언어처리장치'],
  asic: ['에이식', '주문형반도체', '주문형 반도체'],
  fpga: ['field programmable gate array', '에프피지에이'],
  wafer: ['wafer scale', 'wafer scale engine', '웨이퍼', '웨이퍼 스케일', '웨이퍼 규모'],
  neuromorphic: ['spiking', 'snn', '뉴로모픽', '뉴로모픽 칩', '스파이킹'],
  pim: [
    'in memory',
    'in memory computing',
    'compute in memory',
    'processing in memory',
    'cim',
    '메모리 내 연산',
    '인메모리',
    '인메모리 컴퓨팅',
    '지능형 메모리',
  ],
  mcu: ['microcontroller', 'micro controller', '마이크로컨트롤러', '마이크로 컨트롤러', '엠씨유'],
  quantum: ['quantum computer', 'qpu', '양자', '양자컴퓨터', '양자 컴퓨터'],
};

/** What people call the places where chips work; a word for two of them finds both. */
export const placeWords: Readonly<Record<Place, readonly string[]>> = {
  mcu: ['tinyml', 'tiny ml'],
  device: ['on device', 'end device', '기기', '디바이스', '온디바이스', '단말'],
  'edge-server': ['edge', 'edge server', 'server', '엣지', '에지', '엣지 서버', '에지 서버', '서버'],
  cloud: ['data center', 'data centre', 'server', '클라우드', '데이터센터', '데이터 센터', '서버'],
  vehicle: ['car', 'automotive', 'autonomous driving', '차량', '차량용', '자동차', '자율주행', '자율 주행'],
};
export const places = Object.keys(placeWords) as readonly Place[];

/** What people call the machines that chips are built into. */
export const machineWords: Readonly<Record<Machine, readonly string[]>> = {
  phone: [
    'smartphone',
    'smart phone',
    'cell phone',
    'mobile',
    'mobile phone',
    'handset',
    '폰',
    '휴대폰',
    '핸드폰',
    '휴대전화',
    '스마트폰',
    '모바일',
  ],
  laptop: ['notebook', '노트북', '랩톱'],
  desktop: ['desktop computer', 'pc', 'workstation', '데스크톱', '데스크탑', '피시', '워크스테이션'],
  board: ['single board computer', 'sbc', '보드', '싱글보드', '단일 보드 컴퓨터', '싱글 보드 컴퓨터'],
};

/** What people call the phases of a model's life. */
export const phaseWords: Readonly<Record<Chip['phase'][number], readonly string[]>> = {
  training: ['train', '학습', '학습용', '훈련'],
  inference: ['infer', '추론', '추론용'],
};

/** Words beside a name that tell no chip from another. */
export const fillerWords: readonly string[] = [
  'the',
  'a',
  'an',
  'card',
  'chip',
  'chips',
  'accelerator',
  '칩',
  '카드',
  '가속기',
];

/**
 * Words behind a number that make another model of it, as a Max, an Ultra or a Ti is; others behind it, such as a capacity
 * or a socket, are forms of the same model.
 */
export const modelWords: readonly string[] = [
  'max',
  'pro',
  'plus',
  'ultra',
  'super',
  'ti',
  'xt',
  'elite',
  'mini',
  'nano',
  'nx',
  'lite',
  'mobile',
  '맥스',
  '프로',
  '플러스',
  '울트라',
  '슈퍼',
  '엘리트',
  '나노',
];
