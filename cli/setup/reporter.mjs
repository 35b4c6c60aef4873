/** A piece of work that takes longer than this is told of, in milliseconds. */
const SILENCE = 2_000;

/**
 * What the person at the terminal is told. Plain JavaScript, as it's needed before anything is built.
 *
 * @param {(text: string) => void} [write]
 */
export function createReporter(write = (text) => process.stdout.write(`${text}\n`)) {
  return {
    line: write,
    async step(title, work) {
      const startedAt = performance.now();
      let said = false;
      let message = title;
      const say = () => {
        said = true;
        write(`… ${message}`);
      };
      let timer = setTimeout(say, SILENCE);
      const progress = (text) => {
        if (text === message) return;
        message = text;
        clearTimeout(timer);
        // once something was said, the reader wants to know at once what it's at now
        if (said) say();
        else timer = setTimeout(say, SILENCE - (performance.now() - startedAt));
      };
      try {
        const result = await work(progress);
        clearTimeout(timer);
        if (said) {
          write(`  ${title}: done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
        }
        return result;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
