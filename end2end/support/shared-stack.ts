import { startStack } from "./stack.ts";

/** One stack for all tests of a run. Playwright calls the returned function at the end. */
export default async function sharedStack(): Promise<() => Promise<void>> {
  const stack = await startStack("end2end");
  process.env["END2END_URL"] = stack.url;
  process.env["END2END_SANDBOX_URL"] = stack.sandboxUrl;
  process.env["END2END_DATABASE_URL"] = stack.databaseUrl;
  return () => stack.stop();
}
