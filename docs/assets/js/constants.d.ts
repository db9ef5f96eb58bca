/** What scripts/bundling/javascript.py writes into the bundles in place of these names. */

/** The folder of Python's files, relative to the bundle. */
declare const RUNTIME_PATH: string;

/** JSON: file of the runtime -> its bytes. */
declare const RUNTIME_BYTES: string;

/** The worker's file, relative to the bundle. */
declare const WORKER_PATH: string;
