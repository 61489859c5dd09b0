import { zip } from '../zip/zip';

const tensor = (name: string): unknown => ({ as_tensor: { name } });
const meta = (...sizes: unknown[]): unknown => ({ dtype: 7, sizes });
const number = (value: number): unknown => ({ as_int: value });
const batch = {
  as_expr: { expr_str: "Symbol('s0', positive=True, integer=True)", hint: { as_int: 4 } },
};

/** y = wonder(linear(x, w)), with a batch that is open; w is 2 x 3. */
export const program = {
  graph_module: {
    graph: {
      inputs: [tensor('p_w'), tensor('x')],
      outputs: [tensor('y')],
      nodes: [
        {
          target: 'torch.ops.aten.sym_size.int',
          inputs: [{ name: 'self', arg: tensor('x') }],
          outputs: [{ as_sym_int: { as_name: 's0' } }],
          metadata: {},
        },
        {
          target: 'torch.ops.aten.linear.default',
          inputs: [
            { name: 'input', arg: tensor('x') },
            { name: 'weight', arg: tensor('p_w') },
          ],
          outputs: [tensor('linear')],
          metadata: {
            nn_module_stack: 'L__self__,,__main__.M;L__self___head,head,torch.nn.modules.linear.Linear',
            stack_trace: '  File "/home/user/net.py", line 9, in forward\n    return self.head(x)\n',
          },
        },
        {
          target: 'torch.ops.mine.wonder.default',
          inputs: [
            { name: 'x', arg: tensor('linear') },
            { name: 'often', arg: { as_ints: [1, 2] } },
          ],
          outputs: [tensor('y')],
          metadata: {},
        },
      ],
      tensor_values: {
        p_w: meta(number(2), number(3)),
        x: meta(batch, number(3)),
        linear: meta(batch, number(2)),
        y: meta(batch, number(2)),
      },
    },
    signature: {
      input_specs: [
        { parameter: { arg: { name: 'p_w' }, parameter_name: 'head.weight' } },
        { user_input: { arg: tensor('x') } },
      ],
      output_specs: [{ user_output: { arg: tensor('y') } }],
    },
  },
  opset_version: { aten: 10 },
  torch_version: '2.13.0',
};

/** The archive of a program with its one weight of 24 bytes. */
export function archive(json: unknown = program, isPacked = false): Uint8Array {
  return zip(
    {
      'm/data/weights/weight_0': new Uint8Array(24),
      'm/data/weights/model_weights_config.json': JSON.stringify({
        config: { 'head.weight': { path_name: 'weight_0', is_param: true, use_pickle: false } },
      }),
      'm/models/model.json': typeof json === 'string' ? json : JSON.stringify(json),
    },
    isPacked,
  );
}
