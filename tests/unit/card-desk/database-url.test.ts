import { expect, test } from 'vitest';
import { checkDatabaseUrl } from '../../../services/card-desk/src/store/database-url.ts';

test.each([
  'postgres://desk:secret@127.0.0.1/desk',
  'postgres://desk@127.3.2.1:5433/desk',
  'postgres://desk@localhost/desk',
  'postgres://desk@[::1]:5432/desk',
  'postgres:///desk?host=/var/run/postgresql',
  'postgres://desk@%2Fvar%2Frun%2Fpostgresql/desk',
  'socket:/var/run/postgresql?db=desk',
  '/var/run/postgresql desk',
  'postgres://desk:secret@db.example/desk?sslmode=verify-full',
  'postgres://desk:secret@db.example/desk?application_name=x&sslmode=verify-full',
])('a database is reached by %s', (url) => {
  expect(() => checkDatabaseUrl(url)).not.toThrow();
});

test.each([
  'postgres://desk:secret@db.example/desk',
  'postgres://desk:secret@192.0.2.4/desk',
  'postgres://desk:secret@[2001:db8::1]/desk',
  'postgres://desk:secret@db.example/desk?sslmode=disable',
  'postgres://desk:secret@db.example/desk?sslmode=require',
  'postgres://desk:secret@db.example/desk?sslmode=no-verify',
  'postgres://desk:secret@db.example/desk?ssl=true',
  'postgres://desk:secret@db.example/desk?ssl=no-verify',
  'postgres://desk:secret@db.example/sslmode=verify-full',
  'postgres://desk:secret@db.example/desk?sslmode=verify-full&sslmode=disable',
  'postgres://desk:secret@db.example/desk?sslmode=verify-full&sslmode=prefer&uselibpqcompat=true',
  // A certificate for any other name would do.
  'postgres://desk:secret@192.0.2.4/desk?sslmode=verify-ca',
  'postgres://desk:secret@db.example/desk?sslmode=verify-full&sslmode=verify-ca&uselibpqcompat=true&sslrootcert=/etc/ssl/certs/ca-certificates.crt',
  'postgres://desk:secret@db.example/desk?sslmode=verify-full&sslmode=require&uselibpqcompat=true&sslrootcert=/etc/ssl/certs/ca-certificates.crt',
  // Whichever machine the address names, this is the one that is called.
  'postgres://desk:secret@localhost/desk?host=db.example',
  'postgres://desk:secret@localhost.example/desk',
  'postgres://desk:secret@127.0.0.1.example/desk',
])('in plain text, or from whoever answers, it is not: %s', (url) => {
  expect(() => checkDatabaseUrl(url)).toThrow('sslmode=verify-full');
});

test('nor is it where the environment names another machine', () => {
  process.env.PGHOST = 'db.example';
  try {
    expect(() => checkDatabaseUrl('postgres:///desk')).toThrow('sslmode=verify-full');
  } finally {
    delete process.env.PGHOST;
  }
});

test('an address that is not understood is not repeated', () => {
  for (const url of ['postgres://desk:secret@db.example:port/desk', 'postgres://desk:secret@%/desk']) {
    expect(() => checkDatabaseUrl(url)).toThrow(/^DATABASE_URL[^@]*$/);
  }
});
