import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";

export { expect };

interface Fixtures {
  /**
   * Console lines that this test provokes on purpose, such as the browser's own note about a
   * refused request: `test.use({ expectedOnConsole: [[/status of 403/], { scope: "test" }] })`.
   */
  expectedOnConsole: RegExp[];
  /** Everything a browser complained about, in all pages of the test. */
  complaints: string[];
  /** Opens a browser of their own for a colleague, signed in, watched like the first one. */
  colleague: (login: string, password: string) => Promise<Page>;
}

/** Fails when a page logs an error or a warning, or throws. */
export const test = base.extend<Fixtures>({
  expectedOnConsole: [[], { option: true }],

  complaints: async ({ expectedOnConsole }, use) => {
    const complaints: string[] = [];
    await use(complaints);
    const unexpected = complaints.filter((line) => !expectedOnConsole.some((e) => e.test(line)));
    expect(unexpected, "what the browser complained about").toEqual([]);
  },

  context: async ({ context, complaints }, use) => {
    watch(context, complaints);
    await use(context);
  },

  colleague: async ({ browser, complaints }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (login, password) => {
      const context = await browser.newContext();
      opened.push(context);
      watch(context, complaints);
      const page = await context.newPage();
      await signIn(page, login, password);
      return page;
    });
    for (const context of opened) await context.close();
  },
});

function watch(context: BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      const { url, lineNumber } = message.location();
      complaints.push(`${message.type()}: ${message.text()} (${url}:${lineNumber})`);
    }
  });
  context.on("weberror", (error) => complaints.push(`thrown: ${error.error()}`));
}

/** Waits until the page answers to the browser, and not only shows what the server wrote. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('html[data-hydrated="true"]')).toBeAttached();
}

/** Signs in by the form, as a person does. */
export async function signIn(page: Page, login: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await hydrated(page);
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('form:has(input[name="password"]) button[type="submit"]').click();
  await expect(page).not.toHaveURL(/\/sign-in/);
  await hydrated(page);
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Fails when the page breaks a rule of accessibility (WCAG 2.2, levels A and AA). */
export async function axe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.map((node) => node.target.join(" ")),
  }));
  expect(found, `accessibility of ${page.url()}`).toEqual([]);
}
