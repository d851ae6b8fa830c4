interface Waiting<Question, Answer> {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Makes few calls of many questions: those asked in one turn that have the same key are asked in one call. `askAll`
 * answers in the order of its questions; when it throws, all of them are rejected, and no others.
 */
export function gather<Question, Answer>(
  keyOf: (question: Question) => string,
  askAll: (questions: Question[], key: string) => Promise<Answer[]>,
): (question: Question) => Promise<Answer> {
  let waiting: Waiting<Question, Answer>[] = [];

  async function ask(key: string, group: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await askAll(
        group.map(({ question }) => question),
        key,
      );
      if (answers.length !== group.length) throw new Error(`${group.length} questions, ${answers.length} answers`);
      answers.forEach((answer, index) => group[index]?.resolve(answer));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  function askWaiting(): void {
    const groups = Map.groupBy(waiting, ({ question }) => keyOf(question));
    waiting = [];
    for (const [key, group] of groups) void ask(key, group);
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      // A timer, not a microtask: what goes on after one answer takes a few of those to its next question.
      if (waiting.length === 1) setTimeout(askWaiting, 0);
    });
}
