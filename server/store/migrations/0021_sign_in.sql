-- Attempts to sign in, by the name that was typed (its digest: it may be no account) and the network that it was typed in, so
-- that nobody is locked out from elsewhere. The network '' stands for all in which the account never signed in.
create table sign_in (
  account blob not null check (length(account) = 32),
  network text not null,
  n_attempts integer not null default 0,
  locked_until integer,
  last_at integer not null,
  -- When the account signed in here last; null for never.
  signed_in_at integer,
  primary key (account, network)
);
create index sign_in_last on sign_in (last_at);
