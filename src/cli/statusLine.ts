import ora from 'ora';

/** How often a line is repeated where there is no terminal to overwrite it. */
const PLAIN_EVERY_MS = 5000;

/** One line that says how far a long step is. */
export interface StatusLine {
  show(text: string): void;
  /** Prints a line that stays, above the moving one. */
  say(line: string): void;
  end(): void;
}

/** A moving line on a terminal; elsewhere plain lines, at most one every five seconds. Both on standard error. */
export function createStatusLine(): StatusLine {
  if (!process.stderr.isTTY) return plainLines();
  const spinner = ora({ stream: process.stderr, discardStdin: false });
  return {
    show: (text) => {
      spinner.text = text;
      if (!spinner.isSpinning) spinner.start();
    },
    say: (line) => {
      const moving = spinner.isSpinning;
      spinner.stop();
      process.stderr.write(`${line}\n`);
      if (moving) spinner.start();
    },
    end: () => spinner.stop(),
  };
}

function plainLines(): StatusLine {
  // What is over within two seconds needs no progress.
  let shownAt = Date.now() - PLAIN_EVERY_MS + 2000;
  let shown = '';
  return {
    show: (text) => {
      if (text === shown || Date.now() - shownAt < PLAIN_EVERY_MS) return;
      shown = text;
      shownAt = Date.now();
      process.stderr.write(`${text}\n`);
    },
    say: (line) => process.stderr.write(`${line}\n`),
    end: () => undefined,
  };
}
