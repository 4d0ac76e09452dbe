#!/usr/bin/env node
import { run } from './runtime.mjs';

await run('../../drivers/sim/main.ts');
