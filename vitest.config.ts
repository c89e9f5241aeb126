import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import projects from './vitest.workspace.ts';

/** Many tests wait for processes and timers, so that two workers leave a third of two cores idle. */
const maxWorkers = Math.ceil(availableParallelism() * 1.5);

export default defineConfig({ test: { projects, maxWorkers } });
