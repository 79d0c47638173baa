-- Everything sealed (`sealed`, with the id of the key in `key_id`) is AES-256-GCM, bound to the row it stands in.

create table keys (
  id text primary key,
  -- A known text under this key: other octets under the same id are noticed before anything is written with them.
  check_value bytea not null,
  first_used_at timestamptz not null
);

create table people (
  id uuid primary key,
  user_id text not null unique,
  name text not null,
  role text not null check (role in ('user', 'ra')),
  created_at timestamptz not null
);
create index people_by_name on people (lower(name) text_pattern_ops);

create table addresses (
  person_id uuid not null references people,
  kind text not null check (kind in ('email', 'mobile')),
  key_id text not null references keys,
  sealed bytea not null,
  proven_at timestamptz not null,
  primary key (person_id, kind)
);
create index addresses_by_key on addresses (key_id);

create table cards (
  id text primary key,
  serial text,
  person_id uuid references people,
  state text not null check (state in ('active', 'lost', 'withdrawn')),
  -- The public half of 9E (SPKI, DER); null: the card proves itself by the admin key.
  proof_key bytea,
  admin_algorithm text check (admin_algorithm in ('3des', 'aes-128', 'aes-192', 'aes-256')),
  puk_condition text not null check (puk_condition in ('settled', 'unproven', 'lost', 'blocked')),
  puk_tries_left integer,
  -- The journey that was given the latest release: only its report is about this card as it is.
  released_to uuid,
  enrolled_at timestamptz not null
);
create index cards_by_person on cards (person_id);
create index cards_by_serial on cards (serial);

create table card_secrets (
  card_id text not null references cards,
  kind text not null check (kind in ('puk', 'next-puk', 'admin-key')),
  key_id text not null references keys,
  sealed bytea not null,
  primary key (card_id, kind)
);
create index card_secrets_by_key on card_secrets (key_id);

create table certificates (
  fingerprint bytea primary key,
  card_id text not null references cards,
  slot text not null check (slot in ('9A', '9C', '9D', '9E')),
  der bytea not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  enrolled_at timestamptz not null,
  revoked_at timestamptz
);
create index certificates_by_card on certificates (card_id);

create table journeys (
  id uuid primary key,
  kind text not null check (kind in ('self-service', 'assisted')),
  -- As claimed: such a card need not exist.
  card_id text not null,
  token_hash bytea not null,
  language text not null,
  phase text not null check (phase in ('code', 'card', 'released', 'unlocked', 'failed')),
  failure text,
  -- An HMAC under a key made of `code_key_id`; of a code that nobody was sent, where the address was not on the profile.
  code_key_id text not null references keys,
  code_hash bytea not null,
  code_tries_left integer not null,
  challenges_left integer not null,
  proofs_left integer not null,
  releases_left integer not null,
  started_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  challenge bytea,
  challenge_until timestamptz,
  release_key bytea,
  attempt_number integer,
  attempt_mode text check (attempt_mode in ('replace', 'probe', 'change')),
  reported_number integer,
  reported_result text
);
create index journeys_by_card on journeys (card_id, started_at);
create index journeys_open on journeys (expires_at) where phase in ('code', 'card', 'released');

create table identity_checks (
  id uuid primary key,
  person_id uuid not null references people,
  ra_id uuid not null references people,
  evidence text not null,
  expires_at timestamptz not null
);

create table authorisations (
  id uuid primary key,
  card_id text not null references cards,
  identity_check_id uuid not null references identity_checks,
  ra_id uuid not null references people,
  expires_at timestamptz not null,
  used_by uuid references journeys
);
create index authorisations_open on authorisations (card_id) where used_by is null;

create table address_proofs (
  id uuid primary key,
  person_id uuid not null references people,
  ra_id uuid not null references people,
  kind text not null check (kind in ('email', 'mobile')),
  key_id text not null references keys,
  sealed bytea not null,
  code_key_id text not null references keys,
  code_hash bytea not null,
  tries_left integer not null,
  expires_at timestamptz not null,
  done_at timestamptz
);

create table sign_in_challenges (
  id uuid primary key,
  challenge bytea not null,
  expires_at timestamptz not null
);

create table ra_sessions (
  token_hash bytea primary key,
  person_id uuid not null references people,
  card_id text not null references cards,
  last_used_at timestamptz not null,
  expires_at timestamptz not null
);

create table messages (
  id uuid primary key,
  purpose text not null check (purpose in ('unlock-code', 'address-code', 'unlocked')),
  state text not null check (state in ('waiting', 'sending', 'sent', 'given-up', 'discarded')),
  key_id text not null references keys,
  -- Whom to tell what; gone as soon as it is sent or given up.
  sealed bytea,
  tries integer not null,
  due_at timestamptz not null,
  expires_at timestamptz not null
);
create index messages_due on messages (due_at) where state in ('waiting', 'sending');

-- Generic cell rate: the moment at which the bucket is empty again.
create table rate_limits (
  bucket bytea primary key,
  empty_at timestamptz not null
);
create index rate_limits_by_time on rate_limits (empty_at);

create table audit (
  seq bigint primary key,
  body text not null,
  hash bytea not null
);

-- One row: the end of the chain. Whoever writes holds it until the commit.
create table audit_head (
  here boolean primary key check (here),
  seq bigint not null,
  hash bytea not null
);
insert into audit_head (here, seq, hash) values (true, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');
