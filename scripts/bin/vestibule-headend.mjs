#!/usr/bin/env node
import { run } from './runtime.mjs';

await run('../../sync/headend/main.ts');
