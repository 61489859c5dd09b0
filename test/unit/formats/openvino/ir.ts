/** One layer of XML, as OpenVINO writes it. */
export function layer(
  id: number,
  type: string,
  parts: {
    readonly name?: string;
    readonly version?: string;
    readonly data?: string;
    readonly inputs?: readonly (readonly number[])[];
    readonly outputs?: readonly (readonly number[])[];
    readonly names?: string;
  },
): string {
  const { name = `layer${id}`, version = 'opset1', data = '', inputs = [], outputs = [], names } = parts;
  const port = (dims: readonly number[], at: number, more = ''): string =>
    `<port id="${at}" precision="FP32"${more}>${dims.map((dim) => `<dim>${dim}</dim>`).join('')}</port>`;
  const named = names === undefined ? '' : ` names="${names}"`;
  return (
    `<layer id="${id}" name="${name}" type="${type}" version="${version}"><data ${data}/>` +
    `<input>${inputs.map((dims, i) => port(dims, i)).join('')}</input>` +
    `<output>${outputs.map((dims, i) => port(dims, inputs.length + i, named)).join('')}</output></layer>`
  );
}

export function net(layers: readonly string[], edges: readonly string[], more = ''): string {
  const written = edges.map((edge) => {
    const [fromLayer, fromPort, toLayer, toPort] = edge.split(' ');
    return `<edge from-layer="${fromLayer}" from-port="${fromPort}" to-layer="${toLayer}" to-port="${toPort}"/>`;
  });
  return (
    `<?xml version="1.0"?>\n<net name="tiny" version="11"><layers>${layers.join('\n')}</layers>` +
    `<edges>${written.join('')}</edges><rt_info><Runtime_version value="2026.4"/>${more}</rt_info></net>`
  );
}

/** y = x · wᵀ, then an operator that nobody knows. The weights are 2 x 3. */
export function tinyNet(): string {
  return net(
    [
      layer(0, 'Parameter', {
        name: 'x',
        data: 'shape="?,3" element_type="f32"',
        outputs: [[-1, 3]],
        names: 'x',
      }),
      layer(1, 'Const', {
        name: 'w',
        data: 'element_type="f32" shape="2, 3" offset="0" size="24"',
        outputs: [[2, 3]],
      }),
      layer(2, 'MatMul', {
        name: 'product',
        data: 'transpose_a="false" transpose_b="true"',
        inputs: [
          [-1, 3],
          [2, 3],
        ],
        outputs: [[-1, 2]],
        names: 'xw',
      }),
      layer(3, 'Wonder', { name: 'wonder', version: 'extension', inputs: [[-1, 2]], outputs: [[-1, 2]] }),
      layer(4, 'Result', { name: 'y', inputs: [[-1, 2]] }),
    ],
    ['0 0 2 0', '1 0 2 1', '2 2 3 0', '3 1 4 0'],
  );
}
