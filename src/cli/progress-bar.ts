/** Progress bars on a terminal. */
/** The one file that knows the package that draws them; nothing is drawn when stderr is no terminal. */

import cliProgress from 'cli-progress';
import type { Progress } from '../base/log.ts';
import { oneLine } from './terminal.ts';

export function createProgressBar(): Progress {
  let bar: cliProgress.SingleBar | undefined;
  return {
    start(stage, total) {
      bar?.stop();
      bar = new cliProgress.SingleBar(
        {
          format: `${stage} {bar} {percentage}% {label}`,
          stream: process.stderr,
          hideCursor: true,
          clearOnComplete: true,
          stopOnComplete: false,
          barsize: 30,
          fps: 10,
        },
        cliProgress.Presets.shades_classic,
      );
      bar.start(Math.max(total, 1), 0, { label: '' });
    },
    advance(done, label) {
      bar?.update(done, label === undefined ? {} : { label: oneLine(label, 40) });
    },
    finish() {
      bar?.stop();
      bar = undefined;
    },
  };
}
