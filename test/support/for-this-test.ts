import { onTestFinished } from 'vitest';

/** Ends `thing` with the test that runs, however that ends. (The layer check cannot read `await using`.) */
export function forThisTest<T extends AsyncDisposable>(thing: T): T {
  onTestFinished(() => thing[Symbol.asyncDispose]());
  return thing;
}
