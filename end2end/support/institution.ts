import type { Page } from "@playwright/test";
import { axe, expect, hydrated, signIn, test as base } from "./fixtures.ts";
import { startStack, type Stack } from "./stack.ts";

/** Everybody's in the demonstration. */
export const PASSWORD = "abacus-ledger-2026";

/** Stories told in an institution of their own: a server and a database of this name. */
export function institution(name: string) {
  return base.extend<{}, { stack: Stack }>({
    stack: [
      async ({}, use) => {
        const stack = await startStack(name);
        await use(stack);
        await stack.stop();
      },
      { scope: "worker", timeout: 120_000 },
    ],
    baseURL: async ({ stack }, use) => use(stack.url),
  });
}

/** From here on another person sits at the page. */
export async function as(page: Page, login: string): Promise<void> {
  await page.context().clearCookies();
  await signIn(page, login, PASSWORD);
}

export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

export async function press(page: Page, button: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** Loads a page again until it says something. */
export async function shows(page: Page, path: string, text: string | RegExp): Promise<void> {
  await expect(async () => {
    await open(page, path);
    await expect(page.locator("main")).toContainText(text, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
}

/** This checker decides the first waiting request that says this; the chain names them. */
export async function approve(
  page: Page,
  title: string | RegExp,
  [login, name]: [string, string],
): Promise<void> {
  await as(page, login);
  await open(page, "/approvals");
  await page.locator("main table tbody tr", { hasText: title }).locator("a").first().click();
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Approve");
  await expect(page.locator("main table", { hasText: "Needs" })).toContainText(name);
}

/** The clock moves past the end of the day, and the manager cuts it. */
export async function cut(page: Page, day: string): Promise<void> {
  await as(page, "sun.admin");
  await open(page, "/");
  await page.locator('form:has(button:has-text("Move the clock")) [type=checkbox]').check();
  await page.getByRole("button", { name: /Move the clock/ }).click();
  await page.waitForTimeout(2_500);
  await as(page, "liu.manager");
  await open(page, "/");
  await axe(page);
  await page.locator('form:has(button:has-text("Cut ")) [type=checkbox]').check();
  await page.getByRole("button", { name: `Cut ${day}` }).click();
}
