-- An address that is replaced by another is another one: what was sent to the old one entitles to nothing.
alter table addresses add column id uuid not null default gen_random_uuid();
create unique index addresses_by_id on addresses (id);
-- The address that the code went to; null: none was sent.
alter table journeys add column sent_to uuid;
-- The card that the RA was signed in with.
alter table authorisations add column ra_card_id text references cards;
alter table address_proofs add column language text not null default 'en';

alter table messages drop constraint messages_purpose_check;
update messages set purpose = 'unlocking' where purpose = 'unlocked';
alter table messages add constraint messages_purpose_check
  check (purpose in ('unlock-code', 'address-code', 'unlocking', 'address-changed'));

-- A code that an agent was told and says it has not used.
alter table card_secrets drop constraint card_secrets_kind_check;
alter table card_secrets add constraint card_secrets_kind_check
  check (kind in ('puk', 'next-puk', 'former-puk', 'admin-key'));
