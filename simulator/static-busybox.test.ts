import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { docker } from './demo-runner.world.ts';
import { findStaticBusybox, isStaticElf } from './static-busybox.ts';

it('tells static programs from others', async () => {
  expect(isStaticElf(await readFile(process.execPath))).toBe(false);
  expect(isStaticElf(Buffer.from('#!/bin/sh\n'.padEnd(100)))).toBe(false);
  expect(isStaticElf(Buffer.alloc(0))).toBe(false);
});

it('finds a busybox that needs no library', async () => {
  expect(isStaticElf(await findStaticBusybox(docker))).toBe(true);
});
