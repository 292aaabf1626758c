/** The command `fedkeras`. */
import { parseArgs } from 'node:util';
import { findLibrary } from '../native/library.js';
import { loadAddon } from '../native/loader.js';
import { cacheFolder } from '../native/platform.js';
import { install, installedLibrary, SetupError } from '../native/setup/install.js';

const HELP = `fedkeras <command>

  setup            gets libtensorflow for this machine and puts it into the cache (needs Python 3 with pip; no TensorFlow is installed)
  where            prints where libtensorflow is found, and its version
  include          prints the folder of libtensorflow's C headers in the cache

  The cache is FEDKERAS_CACHE, else $XDG_CACHE_HOME/fedkeras, else ~/.cache/fedkeras.
`;

/** Runs a command line. @returns The exit status: 0, or 1 for a failure, or 2 for a wrong command line. */
export async function main(args: readonly string[], print: (line: string) => void, printError: (line: string) => void): Promise<number> {
  let command: string | undefined;
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' } },
    });
    command = values.help ? 'help' : positionals[0];
    if (positionals.length > 1) throw new TypeError(`one command is expected, received ${positionals.join(' ')}`);
  } catch (error) {
    printError((error as Error).message);
    printError(HELP);
    return 2;
  }
  try {
    switch (command) {
      case 'setup':
        await install({ log: print });
        return 0;
      case 'where': {
        const path = findLibrary();
        print(`${path} (libtensorflow ${loadAddon().loadLibrary(path, 3)})`);
        return 0;
      }
      case 'include': {
        const installed = installedLibrary();
        if (installed === undefined) throw new SetupError(`libtensorflow is not in the cache ${cacheFolder()}: run \`npx fedkeras setup\``);
        print(installed.include);
        return 0;
      }
      case 'help':
        print(HELP);
        return 0;
      default:
        printError(command === undefined ? HELP : `unknown command: ${command}\n\n${HELP}`);
        return 2;
    }
  } catch (error) {
    printError((error as Error).message);
    return 1;
  }
}
