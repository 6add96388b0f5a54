/** Debian's Chromium, without the network, for tests of pages. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** Starts it; whoever called closes it. */
export function startBrowser(timeout: number): Promise<Browser> {
  const executablePath = PLACES.find((place) => existsSync(place)) ?? "chromium";
  // The sandbox needs rights that root in a container has not; what is opened are the tests' own pages.
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
    timeout,
  });
}
