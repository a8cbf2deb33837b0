import { register } from 'node:module';

/** Preloaded into a process that is to run with an edited line; nothing but the suite knows of it. */
register('./edit-modules.mjs', import.meta.url, { data: JSON.parse(process.env.CHAOS_EDITS ?? '[]') });
