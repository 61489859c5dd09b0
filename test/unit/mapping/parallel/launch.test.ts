import { describe, expect, it } from 'vitest';
import { launchesOf, type LaunchFacts } from '../../../../server/engine/mapping/parallel/launch';
import { placedCall, type Layout } from '../../../../server/engine/mapping/parallel/layout';

const facts: LaunchFacts = {
  ...{ tp: 4, pp: 2, dp: 1, ep: 1, cp: 1 },
  ...{ phase: 'decode', model: 'llama', batch: 32, microBatch: 16, accumulation: 2, chunks: 1, tokens: 2049 },
  ...{ layers: null, perNode: 8, nodes: 1, zero: 0, recompute: 'none', lora: null },
};
const of = (over: Partial<LaunchFacts>) =>
  Object.fromEntries(
    launchesOf({ ...facts, ...over }).map(({ id, commands }) => [id, commands.map((one) => one.join(' '))]),
  );

describe('commands that start a split', () => {
  it('of serving', () => {
    // Options as vllm serve, sglang.launch_server, trtllm-serve and trtllm-build list them.
    expect(of({})).toEqual({
      vllm: [
        'vllm serve llama --tensor-parallel-size 4 --pipeline-parallel-size 2 --max-num-seqs 32 --max-model-len 2049',
      ],
      sglang: [
        'python3 -m sglang.launch_server --model-path llama --tp-size 4 --pp-size 2 --max-running-requests 32 --context-length 2049',
      ],
      'trtllm-serve': ['trtllm-serve llama --tp_size 4 --pp_size 2 --max_batch_size 32 --max_seq_len 2049'],
      'trtllm-build': [
        'python3 convert_checkpoint.py --model_dir llama --output_dir checkpoint --tp_size 4 --pp_size 2',
        'trtllm-build --checkpoint_dir checkpoint --output_dir engine --max_batch_size 32',
      ],
    });
    expect(of({ dp: 2, ep: 4, layers: [41, 39] })['vllm']![0]).toMatch(
      /^env VLLM_PP_LAYER_PARTITION=41,39 vllm serve .*--data-parallel-size 2 --enable-expert-parallel/,
    );
    expect(of({ dp: 2, ep: 4, layers: [41, 39] })['sglang']![0]).toMatch(
      /^env SGLANG_PP_LAYER_PARTITION=41,39 python3 .*--pp-size 2 --dp-size 2 --ep-size 4 /,
    );
  });

  it('of training', () => {
    const training = of({ phase: 'training', recompute: 'full', zero: 1, chunks: 2, nodes: 4 });
    expect(training).toEqual({
      megatron: [
        'torchrun --nproc-per-node 8 --nnodes 4 pretrain_gpt.py --tensor-model-parallel-size 4 --pipeline-model-parallel-size 2 ' +
          '--micro-batch-size 16 --global-batch-size 32 --num-virtual-stages-per-pipeline-rank 2 --use-distributed-optimizer ' +
          '--recompute-granularity full --recompute-method uniform',
      ],
    });
    expect(Object.keys(of({ phase: 'training', lora: 16 }))).toEqual(['trl']);
  });
});

describe('where the devices of a group lie', () => {
  const layout = (split: Partial<Layout['split']>, isTraining = false): Layout => ({
    split: { tp: 1, pp: 1, dp: 1, ep: 1, cp: 1, ...split },
    isTraining,
    node: 8,
  });
  const call = (group: Parameters<typeof placedCall>[0]['group'], of: Layout) => {
    const { members, perNode } = placedCall({ group, collective: 'all_reduce', bytes: 1 }, of);
    return [members, perNode];
  };

  it('is one node as long as it can be', () => {
    expect(call('tp', layout({ tp: 8, pp: 2 }))).toEqual([8, undefined]);
    expect(call('tp', layout({ tp: 16 }))).toEqual([16, 8]);
    // Stages of eight devices lie in different nodes, stages of four in one.
    expect(call('pp', layout({ tp: 8, pp: 2 }))).toEqual([2, 1]);
    expect(call('pp', layout({ tp: 4, pp: 2 }))).toEqual([2, undefined]);
    expect(call('pp', layout({ tp: 4, pp: 4 }))).toEqual([2, 1]);
  });

  it('has copies that train next to each other', () => {
    expect(call('dp', layout({ tp: 4, dp: 4 }, true))).toEqual([4, 2]);
    expect(call('dp', layout({ tp: 2, dp: 4, pp: 2 }, true))).toEqual([4, undefined]);
    expect(call('pp', layout({ tp: 2, dp: 4, pp: 2 }, true))).toEqual([2, 1]);
    expect(call('dp', layout({ tp: 8, dp: 4 }, true))).toEqual([4, 1]);
  });
});
