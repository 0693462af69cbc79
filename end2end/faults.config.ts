import { defineConfig } from "@playwright/test";
import browser from "./playwright.config.ts";

/** Experiments in which something breaks: processes, connections, answers. `make faults`. */
export default defineConfig({
  ...browser,
  testDir: "faults",
  testMatch: "*.fault.ts",
  globalSetup: undefined,
  timeout: 1_800_000,
});
