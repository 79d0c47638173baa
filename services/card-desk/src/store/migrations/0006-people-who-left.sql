-- Null: they are here. Who has left has no address, is found by nobody and owns withdrawn cards at most.
alter table people add column left_at timestamptz;
create index people_by_leaving on people (left_at) where left_at is not null;

-- By which a deleted person or card finds what points to it.
create index identity_checks_by_person on identity_checks (person_id);
create index identity_checks_by_ra on identity_checks (ra_id);
create index authorisations_by_ra on authorisations (ra_id);
create index authorisations_by_card on authorisations (card_id);
create index authorisations_by_ra_card on authorisations (ra_card_id);

-- Since when; null: it is not withdrawn.
alter table cards add column withdrawn_at timestamptz;
update cards set withdrawn_at = now() where state = 'withdrawn';
create index cards_by_withdrawal on cards (withdrawn_at) where withdrawn_at is not null and person_id is null;
