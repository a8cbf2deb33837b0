import { register } from 'node:module';

/** Preloaded into a process that runs with edited lines; used only by the suite. */
register('./edit-modules.mjs', import.meta.url, { data: JSON.parse(process.env.CHAOS_EDITS ?? '[]') });
