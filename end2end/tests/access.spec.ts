import { createHmac } from "node:crypto";
import { axe, expect, hydrated } from "../support/fixtures.ts";
import { PASSWORD, approve, as, institution, open, press, shows } from "../support/institution.ts";

/** An institution of its own. */
const test = institution("access_story");

test.describe.configure({ mode: "serial", timeout: 180_000 });

/** The code an authenticator app shows for a secret (RFC 6238). */
function code(secret: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((one) => letters.indexOf(one).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const at = hash[19]! & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a second factor is set up by its QR code, and reset by two colleagues when it is lost", async ({
  page,
}) => {
  await as(page, "he.checker");
  await open(page, "/second-factor");
  await page.locator('[name="request[password]"]').fill(PASSWORD);
  await press(page, "Set up a second factor");
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await axe(page);
  const secret = (await page.locator("main code").first().textContent())!.replaceAll(" ", "");
  await page.locator('[name="code"]').fill(code(secret));
  await press(page, "Confirm");
  await shows(page, "/second-factor", "In use");
  await expect(page.getByRole("img", { name: /QR code/ })).toHaveCount(0);

  await as(page, "sun.admin");
  await open(page, "/staff");
  await page.getByRole("link", { name: /He Jing/ }).click();
  await hydrated(page);
  await page.locator('[name="request[reason]"]').fill("lost the telephone");
  await press(page, "Propose the reset");
  await expect(page).toHaveURL(/\/approvals\//);
  await approve(page, "second factor is reset", ["liu.manager", "Liu Fang"]);
  await as(page, "he.checker");
  await expect(async () => {
    await open(page, "/second-factor");
    await expect(page.locator("main")).not.toContainText("In use", { timeout: 500 });
  }).toPass({ timeout: 30_000 });
});
