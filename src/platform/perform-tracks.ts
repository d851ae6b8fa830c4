import type { InventoryLevelRpc, LevelCommands, LevelResult, Performed, Track } from "../contracts/level-rpc.ts";
import { levelKey } from "../domain/ids.ts";
import { logWarning } from "./log.ts";
import { sideBySide } from "./side-by-side.ts";

/** Levels asked at one time: the platform keeps six connections open for one invocation. */
const AT_ONCE = 6;
/** How often a level is asked whose answer is lost. Commands have names, so asking again does nothing twice. */
const ATTEMPTS = 3;

/** What became of the commands for one level; `unknown` where no answer came: they may have been done. */
export type LevelAnswer = LevelResult<Performed>[] | "unknown";

/** Takes each track from its beginning to its end, and tracks side by side. Never rejects. */
export function performTracks(
  tracks: readonly Track[],
  levelAt: (at: LevelCommands["registration"]) => Pick<InventoryLevelRpc, "perform">,
): Promise<LevelAnswer[][]> {
  return sideBySide(tracks, AT_ONCE, async (track) => {
    const answers: LevelAnswer[] = [];
    for (const { registration, commands } of track)
      answers.push(
        await askAgain(levelKey(registration.sku, registration.warehouseId), () =>
          levelAt(registration).perform(registration, commands),
        ),
      );
    return answers;
  });
}

/** Asks until an answer comes, a few times. A throw tells nothing about what was done. */
export async function askAgain<Answer>(level: string, ask: () => Promise<Answer>): Promise<Answer | "unknown"> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      logWarning("level_answer_unknown", {
        ...{ level, attempt },
        error: error instanceof Error ? error.name : "unknown",
      });
    }
  }
  return "unknown";
}
