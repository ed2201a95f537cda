/** Progress bars on a terminal. */
/** The one file that knows the package that draws them; nothing is drawn when stderr is no terminal, and nothing loaded before something takes its time. */

import type { SingleBar } from 'cli-progress';
import type { Progress } from '../base/log.ts';
import { oneLine } from './terminal.ts';

/** What is under way; drawn as soon as the package is there. */
interface Stage {
  readonly name: string;
  readonly total: number;
  done: number;
  label: string;
  bar?: SingleBar;
}

export function createProgressBar(): Progress {
  let open: Stage | undefined;
  const finish = (): void => {
    open?.bar?.stop();
    open = undefined;
  };
  return {
    start(name, total) {
      finish();
      const stage: Stage = { name, total: Math.max(total, 1), done: 0, label: '' };
      open = stage;
      void import('cli-progress').then(({ default: library }) => {
        if (open === stage) stage.bar = draw(library, stage);
      });
    },
    advance(done, label) {
      if (open === undefined) return;
      open.done = done;
      if (label !== undefined) open.label = oneLine(label, 40);
      open.bar?.update(done, label === undefined ? {} : { label: open.label });
    },
    finish,
  };
}

function draw(library: typeof import('cli-progress'), { name, total, done, label }: Stage): SingleBar {
  const bar = new library.SingleBar(
    {
      format: `${name} {bar} {percentage}% {label}`,
      stream: process.stderr,
      hideCursor: false, // a process that is killed could not bring it back
      clearOnComplete: true,
      stopOnComplete: false,
      barsize: 30,
      fps: 10,
    },
    library.Presets.shades_classic,
  );
  bar.start(total, done, { label });
  return bar;
}
