-- By which the sweeper finds what it is to forget, and a deleted row those that point to it.
create index journeys_by_end on journeys (ended_at) where ended_at is not null;
create index authorisations_by_journey on authorisations (used_by) where used_by is not null;
create index authorisations_by_check on authorisations (identity_check_id);
create index authorisations_by_time on authorisations (expires_at) where used_by is null;
create index identity_checks_by_time on identity_checks (expires_at);
create index messages_by_time on messages (expires_at);
create index address_proofs_by_time on address_proofs (expires_at);
