const SIGNS = [
  "network connection lost",
  "overloaded",
  "internal error in durable object",
  "durable object reset",
  "cannot resolve",
  "exceeded its memory limit",
  "storage operation exceeded timeout",
  "d1_error: d1 db is",
  "d1 db exceeded",
  "timed out",
];

/** Whether an error says that a part of the platform does not answer now, so that asking again may help. */
export function isUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (hasFlag(cause, "overloaded") || hasFlag(cause, "retryable")) return true;
    const message = cause.message.toLowerCase();
    if (SIGNS.some((sign) => message.includes(sign))) return true;
  }
  return false;
}

function hasFlag(error: Error, name: string): boolean {
  return Reflect.get(error, name) === true;
}
