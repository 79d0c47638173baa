-- What was done for a request with an idempotency key, so that the same request is answered the same and not done again.
create table answered (
  -- SHA-256 (hex) of the operation, who asked, and the key: 256 bits that the caller has drawn.
  id text primary key,
  key_id text references keys,
  -- What was asked (as its hash) and what was answered, sealed: an answer may hold a token.
  sealed bytea,
  expires_at timestamptz not null
);
create index answered_by_time on answered (expires_at);
