#!/usr/bin/env node
import { controllerFlags, run } from './runtime.mjs';

await run('../../controller/main.ts', controllerFlags);
