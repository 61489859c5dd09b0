/** Asks one thing at a time: what changes meanwhile is asked when the answer is there, once. */
export function inTurn<R>(
  ask: () => Promise<R>,
  take: (result: R) => void,
  fail: (reason: string) => void,
): () => void {
  let isAsking = false;
  let isChanged = false;
  const next = (): void => {
    if (isAsking) {
      isChanged = true;
      return;
    }
    isAsking = true;
    isChanged = false;
    ask()
      .then(take, (error: Error) => fail(error.message))
      .finally(() => {
        isAsking = false;
        if (isChanged) next();
      });
  };
  return next;
}
