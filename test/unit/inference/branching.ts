/** Models whose inputs decide what runs, as exporters write them but small. */

const head = '<ir_version: 9, opset_import: ["" : 18]>\n';

/** As Silero VAD: If on the sampling rate, and another for the other rate. */
export const detector = `${head}g (float[batch, samples] x, float[2, batch, 8] state, int64 sr) => (float[] out, float[] stateN)
<float[64, 1, 16] w16 = ["location": "w"], float[64, 1, 8] w8 = ["location": "w"], float[64, 1] p = ["location": "w"]>
{
  ax = Constant <value_ints = [1]> ()
  last = Constant <value_ints = [2]> ()
  k = Constant <value_int = 16000> ()
  c16 = Equal (sr, k)
  out, stateN = If <then_branch = t16 () => (float[] to, float[] ts) {
    u = Unsqueeze (x, ax)
    h = Conv <strides = [16]> (u, w16)
    r = ReduceMean <keepdims = 0> (h, last)
    to = MatMul (r, p)
    ts = Identity (state)
  }, else_branch = t8 () => (float[] eo, float[] es) {
    k8 = Constant <value_int = 8000> ()
    c8 = Equal (sr, k8)
    eo, es = If <then_branch = in8 () => (float[] io, float[] is) {
      u2 = Unsqueeze (x, ax)
      h2 = Conv <strides = [8]> (u2, w8)
      r2 = ReduceMean <keepdims = 0> (h2, last)
      io = MatMul (r2, p)
      is = Identity (state)
    }, else_branch = other () => (float[] bo, float[] bs) {
      bo = Identity (x)
      bs = Identity (state)
    }> (c8)
  }> (c16)
}
`;

/** As Optimum's decoder_model_merged: with the cache or without. */
export const merged = `${head}g (
  int64[batch_size, sequence_length] input_ids, float[batch_size, 2, past_sequence_length, 8] past_key, bool[1] use_cache_branch
) => (float[] logits, float[] present_key)
<float[100, 16] emb = ["location": "w"], float[16, 16] wk = ["location": "w"], float[16, 100] head = ["location": "w"]>
{
  logits, present_key = If <then_branch = with_past () => (float[] l1, float[] p1) {
    e1 = Gather (emb, input_ids)
    k1 = MatMul (e1, wk)
    s1 = Constant <value_ints = [0, 0, 2, 8]> ()
    r1 = Reshape (k1, s1)
    t1 = Transpose <perm = [0, 2, 1, 3]> (r1)
    p1 = Concat <axis = 2> (past_key, t1)
    l1 = MatMul (e1, head)
  }, else_branch = no_past () => (float[] l2, float[] p2) {
    e2 = Gather (emb, input_ids)
    k2 = MatMul (e2, wk)
    s2 = Constant <value_ints = [0, 0, 2, 8]> ()
    r2 = Reshape (k2, s2)
    p2 = Transpose <perm = [0, 2, 1, 3]> (r2)
    l2 = MatMul (e2, head)
  }> (use_cache_branch)
}
`;

/** Branches of other ranks, of which data decides. */
export const ranks = `${head}g (float[1, 4, 128] x, float[1, 4, 128] z) => (float[] y)
{
  ax = Constant <value_ints = [0]> ()
  s = ReduceSum <keepdims = 0> (z)
  zero = Constant <value_float = 0.0> ()
  c = Greater (s, zero)
  f = If <else_branch = e () => (float[] ea) {
    ea = Exp (x)
  }, then_branch = t () => (float[] ta) {
    ta = Squeeze (x, ax)
  }> (c)
  y = Relu (f)
}
`;

/** Inputs that say how large a result is. */
export const sized = `${head}g (float[4, 100] x, int64[1] k, int64[2] s, int64[1] count) => (float[] v, float[] r, float[] m)
{
  v, i = TopK (x, count)
  r = Reshape (x, s)
  kf = Cast <to = 1> (k)
  m = Mul (x, kf)
}
`;
