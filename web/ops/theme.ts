/** What was chosen; `system` follows the device. */
export type ThemeChoice = "system" | "light" | "dark";

const STORAGE_KEY = "holdfast.theme";
const device = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function themeChoice(): ThemeChoice {
  const stored = localStorage.getItem(STORAGE_KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** What is on the screen. */
export function themeShown(): "light" | "dark" {
  return document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, choice);
  show();
}

function show(): void {
  const choice = themeChoice();
  document.documentElement.dataset["theme"] = choice === "system" ? (device.matches ? "dark" : "light") : choice;
  for (const listener of listeners) listener();
}

device.addEventListener("change", show);

export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
