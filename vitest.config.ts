import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import projects from './vitest.workspace.ts';

/** Many tests wait for processes and timers, so that three workers leave a quarter of two cores idle. */
const maxWorkers = availableParallelism() * 2;

export default defineConfig({ test: { projects, maxWorkers } });
