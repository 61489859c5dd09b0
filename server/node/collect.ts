/**
 * Gives memory back to the system that nothing holds any more. Node does so only while more is wanted, which in a server
 * that rests is never. Its inspector makes V8 think that memory is low: `gc` of `--expose-gc` would keep the empty pages.
 */
export async function collect(): Promise<void> {
  // Loaded when it is needed; some builds of Node have none.
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  await new Promise<void>((resolve) =>
    session.post('HeapProfiler.collectGarbage', () => setImmediate(resolve)),
  );
  // Within the answer itself, the event loop of Node 20 would end with the session.
  session.disconnect();
}
