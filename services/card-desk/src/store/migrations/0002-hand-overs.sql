-- A sign-in of an RA on its way from the agent to a browser.
create table ra_hand_overs (
  token_hash bytea primary key,
  person_id uuid not null references people,
  card_id text not null references cards,
  -- As it is counted: whose address it is, nobody reads here.
  source bytea not null,
  expires_at timestamptz not null,
  -- Of the session that it has opened.
  session_hash bytea
);
