import { Menu } from "@base-ui/react/menu";
import { useMutation } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { onSessionChange, sessionSnapshot, signOut } from "../session.ts";
import { chooseTheme, onThemeChange, themeChoice, type ThemeChoice } from "../theme.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { humanize } from "../ui/states.ts";

const THEMES: readonly { value: ThemeChoice; label: string; icon: IconName }[] = [
  { value: "system", label: "As this device", icon: "device" },
  { value: "light", label: "Light", icon: "sun" },
  { value: "dark", label: "Dark", icon: "moon" },
];

const ITEM =
  "flex cursor-default items-center gap-2 rounded-md px-2 py-1.5 text-[0.8125rem] outline-none data-highlighted:bg-well";

/** Who is signed in, the theme, and the way out. */
export function PersonMenu() {
  const session = useSyncExternalStore(onSessionChange, sessionSnapshot);
  const theme = useSyncExternalStore(onThemeChange, themeChoice);
  const leaving = useMutation({ mutationFn: signOut });
  if (session === null) return null;
  return (
    <Menu.Root>
      {leaving.isError && (
        <p role="alert" className="text-[0.8125rem] font-medium text-bad">
          Still signed in: Holdfast could not be reached. Try again.
        </p>
      )}
      <Menu.Trigger
        className="flex h-8 items-center gap-1.5 rounded-md px-1.5 text-[0.8125rem] font-medium hover:bg-well"
        aria-label={`${session.user.name}: account and appearance`}
      >
        <Icon name="user" />
        <span className="max-w-32 truncate max-sm:hidden">{session.user.name}</span>
        <Icon name="down" className="size-3.5 text-muted" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className="w-56 rounded-xl border border-line bg-raised p-1.5 shadow-xl outline-none">
            <div className="px-2 py-1.5">
              <p className="truncate font-semibold">{session.user.name}</p>
              <p className="text-2xs text-muted">{humanize(session.user.role)}</p>
            </div>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.RadioGroup value={theme} onValueChange={chooseTheme}>
              {THEMES.map((option) => (
                <Menu.RadioItem key={option.value} value={option.value} closeOnClick={false} className={ITEM}>
                  <Icon name={option.icon} />
                  <span className="flex-1">{option.label}</span>
                  <Menu.RadioItemIndicator>
                    <Icon name="check" className="size-4 text-accent" />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item className={ITEM} onClick={() => leaving.mutate()}>
              <Icon name="out" /> Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
