import { expect, it } from 'vitest';
import { secretsOf } from './runner-secrets.ts';

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

it('names the configuration, its files, and each value of the credentials', () => {
  const parameters = { d: 'cHJpdmF0ZSBleHBvbmVudA==', exponent: 'AQAB', modulus: 'bW9kdWx1cw==' };
  const credentials = {
    Scheme: 'OAuth',
    Data: { ClientId: 'b2f1c0de-client', AuthorizationUrl: 'https://github.test/token' },
  };
  const runner = { AgentName: 'ry-default-abcdefgh', ServerUrl: 'https://github.test/' };
  const files = {
    '.runner': base64(runner),
    '.credentials': base64(credentials),
    '.credentials_rsaparams': base64(parameters),
  };
  const jitConfig = base64(files);
  const secrets = secretsOf(jitConfig);
  expect(secrets).toEqual(
    expect.arrayContaining([
      jitConfig,
      JSON.stringify(files),
      files['.credentials'],
      files['.credentials_rsaparams'],
      JSON.stringify(parameters),
      parameters.d,
      parameters.modulus,
      'b2f1c0de-client',
    ]),
  );
  // neither what is public nor what is too short to be told from ordinary words
  for (const word of ['AQAB', 'OAuth', 'https://github.test/token', runner.AgentName]) {
    expect(secrets).not.toContain(word);
  }
});

it("names the token of the simulator's configuration, and not the runner's own name", () => {
  const jitConfig = base64({
    host: '172.17.0.1',
    name: 'ry-default-abcdefgh',
    token: 'tkn-0123456789',
  });
  const secrets = secretsOf(jitConfig);
  expect(secrets).toEqual(expect.arrayContaining([jitConfig, 'tkn-0123456789']));
  expect(secrets).not.toEqual(expect.arrayContaining(['ry-default-abcdefgh']));
  expect(secrets).not.toEqual(expect.arrayContaining(['172.17.0.1']));
});

it('takes a configuration of another make as a whole, and each line of one', () => {
  expect(secretsOf('not packed at all!')).toEqual(['not packed at all!']);
  expect(secretsOf('c2hvcnQ=')).toEqual(['c2hvcnQ=']);
  const key = ['-----BEGIN KEY-----', 'MIIBVQIBADANBgkqh', '-----END KEY-----'];
  const packed = base64({ '.credentials': base64({ key: key.join('\n') }) });
  expect(secretsOf(packed)).toEqual(expect.arrayContaining(key));
});
