import type { Locator, Page } from "@playwright/test";
import { expect, hydrated } from "./fixtures.ts";

/** Goes from field to field until it is there, as hands on a keyboard do. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  const there = async () => target.evaluate((element) => element === document.activeElement);
  for (let pressed = 0; pressed < 300; pressed++) {
    if (await there()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("the keyboard does not lead there");
}

/** Goes there and presses it. */
export async function enter(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

/** Goes to the radio buttons of this name and down to the one with this value. */
export async function choose(page: Page, name: string, value: string): Promise<void> {
  const all = page.locator(`input[type=radio][name="${name}"]`);
  const wanted = page.locator(`input[type=radio][name="${name}"][value="${value}"]`);
  const checked = page.locator(`input[type=radio][name="${name}"]:checked`);
  await tabTo(page, (await checked.count()) > 0 ? checked : all.first());
  await page.keyboard.press("Space");
  for (let pressed = 0; !(await wanted.isChecked()); pressed++) {
    if (pressed > (await all.count())) throw new Error(`${value} cannot be chosen`);
    await page.keyboard.press("ArrowDown");
  }
}

/** Goes to the list and types until it shows the word. */
export async function select(page: Page, list: Locator, word: string): Promise<void> {
  await tabTo(page, list);
  await page.keyboard.type(word);
  await expect(list.locator("option:checked")).toContainText(word);
}

/** Waits until a worker has done its part; the page is loaded anew. */
export async function until(page: Page, shown: Locator): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(shown).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await hydrated(page);
}
