import { Connection } from '@temporalio/client';
import { expect, inject, it } from 'vitest';
import { createTestDatabase } from './database.ts';

it('gives each caller an empty, migrated database of its own', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await one.database.idempotencyKey.create({
    data: { principal: 'p', key: 'k', fingerprint: 'f' },
  });
  expect(await other.database.idempotencyKey.count()).toBe(0);
  expect(await one.database.idempotencyKey.count()).toBe(1);
  await Promise.all([one.drop(), other.drop()]);
});

it('has a Temporal server', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const answer = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(answer.namespaceInfo?.name).toBe('default');
  await connection.close();
});
