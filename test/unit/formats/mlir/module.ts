/** A module of two products and an operator that nobody knows. */
export const tinyModule = `module @tiny attributes {mhlo.num_partitions = 1 : i32} {
  func.func public @main(%arg0: tensor<2x3xf32>, %arg1: tensor<3x4xf32>) -> (tensor<2x4xf32> {jax.result_info = "result"}) {
    %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
    %1 = call @relu(%0) : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %2:2 = stablehlo.custom_call @wonder(%1) {backend_config = ""} : (tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<i32>)
    return %2#0 : tensor<2x4xf32>
  }
  func.func private @relu(%arg0: tensor<2x4xf32>) -> tensor<2x4xf32> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<2x4xf32>
    %1 = stablehlo.maximum %arg0, %0 : tensor<2x4xf32>
    return %1 : tensor<2x4xf32>
  }
}
`;

/** A module whose function `main` has these lines. */
export function moduleOf(args: string, lines: string): string {
  return `module @m {\n  func.func public @main(${args}) -> () {\n${lines}\n  }\n}\n`;
}
