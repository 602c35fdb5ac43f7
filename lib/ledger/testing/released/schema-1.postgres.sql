create table if not exists meta (
    name text primary key,
    value text not null
  ) ;
create table certificate (
      id bigint generated always as identity primary key,
      issuer_id text collate "C" not null,
      serial text collate "C" not null,
      state text not null check (state in ('pending', 'issued', 'void')),
      profile text not null,
      source text not null,
      owner_tid text collate "C" not null,
      owner_oid text collate "C" not null,
      holder_kind text not null,
      holder_oid text collate "C" not null,
      holder_device_id text collate "C",
      holder_intune_id text collate "C",
      display_name text not null,
      subject text not null,
      subject_alt_name text not null,
      request_key text collate "C" not null,
      key_thumbprint text collate "C" not null,
      tbs_hash text not null,
      fingerprint text,
      not_before bigint not null,
      not_after bigint not null,
      created_at bigint not null,
      issued_at bigint,
      revoked_at bigint,
      revocation_reason smallint,
      revoked_by text,
      revoked_cause text,
      replaces text collate "C",
      enrollment text collate "C" not null,
      signed_in_at bigint not null,
      upn text collate "C",
      label text,
      signature bytea,
      version bigint not null default 1,
      search_name text collate "C" not null,
      search_subject text collate "C",
      search_alt_name text collate "C",
      directory_mark smallint not null default 0 check (directory_mark in (0, 1)),
      created_month text collate "C" generated always as (lpad(extract(year from timezone('UTC', to_timestamp(created_at / 1000)))::integer::text, 4, '0') || '-' || lpad(extract(month from timezone('UTC', to_timestamp(created_at / 1000)))::integer::text, 2, '0')) stored,
      upn_folded text collate "C" generated always as (lower(upn)) stored,
      check ((state = 'issued') = (issued_at is not null) or state = 'void'),
      check ((revoked_at is null) = (revocation_reason is null)),
      check (state <> 'void' or revoked_at is not null)
    ) ;
create table certificate_tbs (
      id bigint primary key references certificate (id),
      tbs bytea,
      directory_snapshot text not null
    ) ;
create unique index certificate_serial on certificate (serial, issuer_id);
create index certificate_owner on certificate (owner_oid, created_at);
create index certificate_key on certificate (key_thumbprint);
create index certificate_pending on certificate (created_at) where state = 'pending';
create index certificate_replaces on certificate (replaces) where replaces is not null;
create index certificate_search_name on certificate (search_name, serial);
create index certificate_search_subject on certificate (search_subject, serial)
    where search_subject is not null;
create index certificate_search_alt_name on certificate (search_alt_name, serial)
    where search_alt_name is not null;
create index certificate_validity on certificate (serial, not_after, state)
    where state <> 'pending';
create index certificate_holder on certificate (holder_oid, holder_kind, not_after)
    where state = 'issued';
create index certificate_entra_device on certificate (holder_device_id, not_after, state)
    where state <> 'pending' and holder_device_id is not null;
create index certificate_intune_device on certificate (holder_intune_id, not_after, state)
    where state <> 'pending' and holder_intune_id is not null;
create index certificate_upn on certificate (upn_folded)
    where state <> 'pending' and holder_kind = 'user' and upn_folded is not null;
create index certificate_revoked_or_held on certificate (issuer_id, serial, not_after,
    created_at, revoked_at, revocation_reason, directory_mark) where revoked_at is not null or directory_mark > 0;
create index certificate_revoked_or_held_month on certificate
    (issuer_id, created_month, serial, not_after) where revoked_at is not null or directory_mark > 0;
create index certificate_lost on certificate (revoked_at) where revoked_cause = 'lost_device' and revocation_reason = 6;
create index certificate_revoked_or_held_serial on certificate (serial)
    where revoked_at is not null or directory_mark > 0;
create table audit (
      sequence bigint primary key,
      kind text not null,
      at bigint not null,
      actor text not null,
      serial text collate "C",
      facts text not null,
      previous_hash text not null,
      hash text not null
    ) ;
create index audit_serial on audit (serial, sequence) where serial is not null;
create table audit_head (
      id bigint primary key check (id = 1),
      sequence bigint not null,
      hash text not null
    ) ;
insert into audit_head (id, sequence, hash) values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
create table blocked_key (
      key_thumbprint text collate "C" primary key,
      blocked_at bigint not null,
      blocked_by text not null
    ) ;
create table lost_device (
      id bigint generated always as identity primary key,
      device_id text collate "C",
      intune_id text collate "C",
      reported_at bigint not null,
      reporter_oid text collate "C" not null,
      reported_by text not null,
      check (device_id is not null or intune_id is not null)
    ) ;
create index lost_device_entra on lost_device (device_id) where device_id is not null;
create index lost_device_intune on lost_device (intune_id) where intune_id is not null;
create table confirmation (
      id text collate "C" primary key,
      until bigint not null
    ) ;
create index confirmation_until on confirmation (until);
create table quota (
      principal text collate "C" not null,
      window_start bigint not null,
      used bigint not null,
      primary key (principal, window_start)
    ) ;
create table directory_object (
      kind text collate "C" not null check (kind in ('user', 'entra_device', 'intune_device')),
      id text collate "C" not null,
      version bigint not null,
      seen_at bigint not null,
      object_id text collate "C",
      absent_since bigint,
      deletion text check (deletion in ('restorable', 'final')),
      unlisted_since bigint,
      disabled_since bigint,
      non_compliant_since bigint,
      retirement text check (retirement in ('begun', 'issued')),
      retirement_since bigint,
      risky_since bigint,
      enrolled_at bigint,
      owners text,
      owners_seen_at bigint,
      upn text,
      upn_since bigint,
      due_at bigint,
      needs_recheck smallint not null check (needs_recheck in (0, 1)),
      primary key (kind, id)
    ) ;
create index directory_object_absent on directory_object (seen_at)
      where absent_since is not null and (deletion is null or deletion <> 'final');
create index directory_object_object_id on directory_object (object_id)
      where object_id is not null;
create index directory_object_due on directory_object (due_at) where due_at is not null;
create index directory_object_recheck on directory_object (kind, id)
      where needs_recheck = 1;
create index directory_object_owners on directory_object
      (coalesce(owners_seen_at, 0), kind, id) where kind <> 'user' and absent_since is null;
create table directory_state (
      id bigint primary key check (id = 1),
      version bigint not null,
      streams text not null,
      risk_read_at bigint,
      circuit_breaker text,
      policy_hash text
    ) ;
insert into directory_state (id, version, streams) values (1, 0, '{}');
create table status_version (
      id bigint primary key check (id = 1),
      version bigint not null
    ) ;
insert into status_version (id, version) values (1, 1);
create table crl (
      issuer_id text collate "C" not null,
      scope text collate "C" not null,
      delta smallint not null check (delta in (0, 1)),
      number bigint not null,
      base_number bigint,
      this_update bigint not null,
      next_update bigint not null,
      entries bigint not null,
      der bytea not null,
      primary key (issuer_id, scope, delta)
    ) ;
create table crl_number (
      issuer_id text collate "C" primary key,
      number bigint not null
    ) ;
create table lease (
      name text collate "C" primary key,
      holder text collate "C" not null,
      until bigint not null
    ) ;
delete from meta;
insert into meta (name, value) values ('identity', '00f47880-9cda-4d47-afd3-a6dfdcc23755');
insert into meta (name, value) values ('oldest_release', '0.1.0');
insert into meta (name, value) values ('schema', '1');
insert into meta (name, value) values ('schema_readable_from', '1');
delete from certificate;
insert into certificate (id, issuer_id, serial, state, profile, source, owner_tid, owner_oid, holder_kind, holder_oid, holder_device_id, holder_intune_id, display_name, subject, subject_alt_name, request_key, key_thumbprint, tbs_hash, fingerprint, not_before, not_after, created_at, issued_at, revoked_at, revocation_reason, revoked_by, revoked_cause, replaces, enrollment, signed_in_at, upn, label, signature, version, directory_mark, search_name, search_subject, search_alt_name) overriding system value values (1, 'a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', '457a226d313b0236aeb2bcfe3534c0217f979ea6', 'issued', 'user', 'api', '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', 'user', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', null, null, 'Alice Adler', 'CN=alice@contoso.example', 'UPN:alice@contoso.example', '4e08b732753a57d83c0f0faa15b212377bbb842520a6cefc1cb56df75e0b593b', 'i7HXR6K_ntqTcDFtqi4pncx_Eud0zwI5Ax9eg2Rzh5o', '191c2004b5e165f0987ebca672e6586b32eb7f2d4ecc581df255bb92b38c73f6', 'e3c2258d00572c9b646e74e0dbb41ad16a4762391732f5b09313d0864e3e227c', 1795953885000, 1827493485000, 1795957485312, 1795957485343, null, null, null, null, null, '457a226d313b0236aeb2bcfe3534c0217f979ea6', 1795957485312, 'alice@contoso.example', 'Bücher & “Laptop”', '\x300a06082a8648ce3d04030203480030450221009101fe95dfad59eb349a16d2bc408b65ad825c518f48ae1cfe2437c3d1c11e2502207f34f7fe933490632e74f897c823d096c069ca854dc86bc805f5ab3fb8afcff5', 3, 0, 'alice adler', null, null);
insert into certificate (id, issuer_id, serial, state, profile, source, owner_tid, owner_oid, holder_kind, holder_oid, holder_device_id, holder_intune_id, display_name, subject, subject_alt_name, request_key, key_thumbprint, tbs_hash, fingerprint, not_before, not_after, created_at, issued_at, revoked_at, revocation_reason, revoked_by, revoked_cause, replaces, enrollment, signed_in_at, upn, label, signature, version, directory_mark, search_name, search_subject, search_alt_name) overriding system value values (2, 'a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', '457a226d482e427a87668a64c076fe8d1ac397d7', 'issued', 'user', 'api', '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', 'user', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', null, null, 'Alice Adler', 'CN=alice@contoso.example', 'UPN:alice@contoso.example', 'fc64bd4fdcbc0e7d555371132f341749b09aaf811c066452d049d0ebd9bbbf80', 'Wuie87jtCwlJTQtQKbc323OTKKQmeZj1mExCyxWodNI', 'e4f4abed0162bb89036c61e358334c7abd299d6bc81397da53edfb7ef9e72a65', '88d4f42cd9d0e546353f6412465d27c7daa6aab256dfd4d5b5f920631028a2da', 1795953885000, 1827493485000, 1795957485371, 1795957485392, null, null, null, null, null, '457a226d482e427a87668a64c076fe8d1ac397d7', 1795957485371, 'alice@contoso.example', null, '\x300a06082a8648ce3d040302034800304502200fa1406bb0dd9c89a12c5036fd985beb19311ef97eb04b9659e851fc56e77d9b022100cd634d0bf093b9946146c93cc39c3dd8da5d9a2f0f08a46d623fd5795a1da3ac', 2, 0, 'alice adler', null, null);
insert into certificate (id, issuer_id, serial, state, profile, source, owner_tid, owner_oid, holder_kind, holder_oid, holder_device_id, holder_intune_id, display_name, subject, subject_alt_name, request_key, key_thumbprint, tbs_hash, fingerprint, not_before, not_after, created_at, issued_at, revoked_at, revocation_reason, revoked_by, revoked_cause, replaces, enrollment, signed_in_at, upn, label, signature, version, directory_mark, search_name, search_subject, search_alt_name) overriding system value values (3, 'a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', '457a226d8ade6e483f04855a3e328e3e921e3b79', 'issued', 'user', 'api', '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', 'user', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', null, null, 'Alice Adler', 'CN=alice@contoso.example', 'UPN:alice@contoso.example', 'ad382465ebe54c4bcec1be899f41f2b85c4525b2b62e58dc50126fb5a842581a', 'wKISEK0ZwOJZpRANZPjkQWMjIphtdMfbGyR4JUVVLmg', '9a51880fc3a9cdf6f400ebcafdb5807f59c81fb870e54b007f52f5989eb1b42d', '1e3615a73fc44545211effe63469285d21be065633b4253868deb764353bb435', 1795953885000, 1827493485000, 1795957485418, 1795957485430, 1795957485588, 4, 'alice', null, null, '457a226d8ade6e483f04855a3e328e3e921e3b79', 1795957485418, 'alice@contoso.example', null, '\x300a06082a8648ce3d0403020348003045022100ad9063cfbcfc2bac5dfe8ddb23b520ca8da0027e9605830200ce4a5785e3f0ea022014c3d28640f842c95f0c57dbca26e0e35ba721ebb50d228c137d5f442ad35018', 3, 0, 'alice adler', null, null);
insert into certificate (id, issuer_id, serial, state, profile, source, owner_tid, owner_oid, holder_kind, holder_oid, holder_device_id, holder_intune_id, display_name, subject, subject_alt_name, request_key, key_thumbprint, tbs_hash, fingerprint, not_before, not_after, created_at, issued_at, revoked_at, revocation_reason, revoked_by, revoked_cause, replaces, enrollment, signed_in_at, upn, label, signature, version, directory_mark, search_name, search_subject, search_alt_name) overriding system value values (4, 'a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', '457a226db108f5eb37ca8f1a015b95b216227077', 'issued', 'device', 'api', '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', 'device', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601', '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01', 'ALICE-LT-042', 'CN=de71ce01-8c2b-4f6a-9d35-71e0b4a9c601', 'URI:IntuneDeviceId://14704e01-5e9d-4b7c-8a12-c6f3d0e85b01', '2974fd8e9507f2b15ab06eb8c38884ab0e9d1be186f3208c49edff579847f167', 'dgMH9J0_ZIAUpNVOgylBQUfMkAmJRKaSKNopBenWfbQ', '68dda02ddf9b5342c71e97cd23f54c2f0eb336c4f52fcf4e81ebadfb6923c747', '20dfdfbc675ea83585230e054e3b86afb6f130326b5bb089c9d6fb1100a28d8c', 1795953885000, 1827493485000, 1795957485483, 1795957485519, null, null, null, null, null, '457a226db108f5eb37ca8f1a015b95b216227077', 1795957485483, null, null, '\x300a06082a8648ce3d0403020349003046022100912c496245c8551c046713b28bd79c028938f80a8810670d4473d727b0c8b73f0221009140aeb8ec7a4e5749fd6871eade665e94fc4f10bf34997db565c0d4ec84ff90', 3, 1, 'alice-lt-042', null, null);
insert into certificate (id, issuer_id, serial, state, profile, source, owner_tid, owner_oid, holder_kind, holder_oid, holder_device_id, holder_intune_id, display_name, subject, subject_alt_name, request_key, key_thumbprint, tbs_hash, fingerprint, not_before, not_after, created_at, issued_at, revoked_at, revocation_reason, revoked_by, revoked_cause, replaces, enrollment, signed_in_at, upn, label, signature, version, directory_mark, search_name, search_subject, search_alt_name) overriding system value values (5, 'a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', '457a226d3b7fdd1e12572820580cd44887241190', 'issued', 'user', 'api', '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001', 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02', 'user', 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02', null, null, 'Bob Brandt', 'CN=bob@contoso.example', 'UPN:bob@contoso.example', 'bad849d572bda1c8d5d1b31c3c046b24ea27b00edbe0497c15acb8be207759d6', '03F-JCc-_dtjrj0CfEcxcRDfOu8xY2S5-Rzx8Uth2sI', '3ce68bdf6180ba55a81641cf833f6554b849105c4beb46c0a0b2db597cac1bbf', 'bd718d242fb77318facc99e58c6283e989114817e67e12512ea0eda5802b69a8', 1795953885000, 1827493485000, 1795957485566, 1795957485581, 1795957485592, 1, 'bob', 'key_compromise', null, '457a226d3b7fdd1e12572820580cd44887241190', 1795957485566, 'bob@contoso.example', null, '\x300a06082a8648ce3d04030203490030460221008cf4960ae9fdb5b1acf38797b132cc2e1e1718b5f6d3c144daec22091a08e9bf022100baf9fb4bd5b081b6e619ba7ebbc9f56d48b774a02ba6718cea1251e768ae391d', 3, 0, 'bob brandt', null, null);
insert into certificate (id, issuer_id, serial, state, profile, source, owner_tid, owner_oid, holder_kind, holder_oid, holder_device_id, holder_intune_id, display_name, subject, subject_alt_name, request_key, key_thumbprint, tbs_hash, fingerprint, not_before, not_after, created_at, issued_at, revoked_at, revocation_reason, revoked_by, revoked_cause, replaces, enrollment, signed_in_at, upn, label, signature, version, directory_mark, search_name, search_subject, search_alt_name) overriding system value values (6, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '0000000000000000000000000000000000000001', 'void', 'device', 'api', 'tenant', 'ada', 'device', 'ada', 'd1', 'i1', 'Adas Läptop', 'CN=d1', 'URI:IntuneDeviceId://i1', 'request of 0000000000000000000000000000000000000001', 'key of 0000000000000000000000000000000000000001', '12cbf3db1831a7a886e086fca533893e3a9ceec0398bab752da67e10fa5cede6', null, 1772280000000, 1803902400000, 1795956486242, null, 1795957486245, 5, 'Latchkey', 'not_delivered', null, '0000000000000000000000000000000000000001', 1772366400000, null, null, null, 2, 0, 'adas läptop', null, null);
insert into certificate (id, issuer_id, serial, state, profile, source, owner_tid, owner_oid, holder_kind, holder_oid, holder_device_id, holder_intune_id, display_name, subject, subject_alt_name, request_key, key_thumbprint, tbs_hash, fingerprint, not_before, not_after, created_at, issued_at, revoked_at, revocation_reason, revoked_by, revoked_cause, replaces, enrollment, signed_in_at, upn, label, signature, version, directory_mark, search_name, search_subject, search_alt_name) overriding system value values (7, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '0000000000000000000000000000000000000002', 'pending', 'device', 'api', 'tenant', 'ada', 'user', 'ada', null, null, 'Adas Läptop', 'CN=d1', 'URI:IntuneDeviceId://i1', 'request of 0000000000000000000000000000000000000002', 'key of 0000000000000000000000000000000000000002', '1107f2b1ad631b353d30ae75c931d0bd6e60127f176a24bfe1092fef7dba6c6f', null, 1772280000000, 1803902400000, 1772366400000, null, null, null, null, null, null, '0000000000000000000000000000000000000002', 1772366400000, 'Ada@x.example', null, null, 1, 0, 'adas läptop', 'd1', 'i1');
select setval(pg_get_serial_sequence('certificate', 'id'), (select max(id) from certificate));
delete from certificate_tbs;
insert into certificate_tbs (id, tbs, directory_snapshot) values (1, '\x30820265a0030201020214457a226d313b0236aeb2bcfe3534c0217f979ea6300a06082a8648ce3d04030230303110300e060355040a0c07436f6e746f736f311c301a06035504030c134c617463686b65792053616e64626f78204341301e170d3236313132393132303434355a170d3237313132393133303434355a3020311e301c06035504030c15616c69636540636f6e746f736f2e6578616d706c653059301306072a8648ce3d020106082a8648ce3d0301070342000472940e14749c8fca3b0bc12d6baf3156e993f3c86bd95dc75f94f6fe751aa24cce68fffa942252d366754629f1acfa9a9cd375823bfee8abcb66570fde54ad7aa382016b3082016730300603551d1104293027a025060a2b060104018237140203a0170c15616c69636540636f6e746f736f2e6578616d706c65301f0603551d23041830168014d0c66cc5a2882ca14830d8102eabbdf4ebf3dcf9301d0603551d0e041604148ea59a853ce5d91cf8447b96f983d8b1b40a104f300c0603551d130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a06082b0601050507030230818606082b06010505070101047a3078302606082b06010505073002861a68747470733a2f2f6c6f63616c686f73743a32353230362f6361302506082b060105050730028619687474703a2f2f6c6f63616c686f73743a32333736372f6361302706082b06010505073001861b687474703a2f2f6c6f63616c686f73743a32333736372f6f63737030370603551d1f0430302e302ca02aa0288626687474703a2f2f6c6f63616c686f73743a32333736372f63726c2f323032362d31312e63726c', '{"user":{"oid":"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01","upn":"alice@contoso.example","displayName":"Alice Adler","enabled":true,"guest":false},"devices":[],"at":"2026-11-29T13:04:45.181Z"}');
insert into certificate_tbs (id, tbs, directory_snapshot) values (2, '\x30820265a0030201020214457a226d482e427a87668a64c076fe8d1ac397d7300a06082a8648ce3d04030230303110300e060355040a0c07436f6e746f736f311c301a06035504030c134c617463686b65792053616e64626f78204341301e170d3236313132393132303434355a170d3237313132393133303434355a3020311e301c06035504030c15616c69636540636f6e746f736f2e6578616d706c653059301306072a8648ce3d020106082a8648ce3d03010703420004167d810986483ef2ee8442eb4bd31b61e32102355f86683dd5628bbaab8d95e5f2cbd2bc24b00ff12073dc46cd1e874d5afd4d38fb84c472f858131d9af1e9eda382016b3082016730300603551d1104293027a025060a2b060104018237140203a0170c15616c69636540636f6e746f736f2e6578616d706c65301f0603551d23041830168014d0c66cc5a2882ca14830d8102eabbdf4ebf3dcf9301d0603551d0e04160414fc248f5fad3ca441a1fa86626d62b6f00a179885300c0603551d130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a06082b0601050507030230818606082b06010505070101047a3078302606082b06010505073002861a68747470733a2f2f6c6f63616c686f73743a32353230362f6361302506082b060105050730028619687474703a2f2f6c6f63616c686f73743a32333736372f6361302706082b06010505073001861b687474703a2f2f6c6f63616c686f73743a32333736372f6f63737030370603551d1f0430302e302ca02aa0288626687474703a2f2f6c6f63616c686f73743a32333736372f63726c2f323032362d31312e63726c', '{"user":{"oid":"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01","upn":"alice@contoso.example","displayName":"Alice Adler","enabled":true,"guest":false},"devices":[],"at":"2026-11-29T13:04:45.367Z"}');
insert into certificate_tbs (id, tbs, directory_snapshot) values (3, '\x30820265a0030201020214457a226d8ade6e483f04855a3e328e3e921e3b79300a06082a8648ce3d04030230303110300e060355040a0c07436f6e746f736f311c301a06035504030c134c617463686b65792053616e64626f78204341301e170d3236313132393132303434355a170d3237313132393133303434355a3020311e301c06035504030c15616c69636540636f6e746f736f2e6578616d706c653059301306072a8648ce3d020106082a8648ce3d03010703420004f00c1808f0519ff3635964c03d3f706c354bffa0b67f5d28cba4bb7d987f5d1b002a6e72b43cf6f258829d0427fccce36fd55f1838ec5836570d40ef00c81b96a382016b3082016730300603551d1104293027a025060a2b060104018237140203a0170c15616c69636540636f6e746f736f2e6578616d706c65301f0603551d23041830168014d0c66cc5a2882ca14830d8102eabbdf4ebf3dcf9301d0603551d0e0416041492091f1be26296f3256f738cb50eb803ff5342f1300c0603551d130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a06082b0601050507030230818606082b06010505070101047a3078302606082b06010505073002861a68747470733a2f2f6c6f63616c686f73743a32353230362f6361302506082b060105050730028619687474703a2f2f6c6f63616c686f73743a32333736372f6361302706082b06010505073001861b687474703a2f2f6c6f63616c686f73743a32333736372f6f63737030370603551d1f0430302e302ca02aa0288626687474703a2f2f6c6f63616c686f73743a32333736372f63726c2f323032362d31312e63726c', '{"user":{"oid":"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01","upn":"alice@contoso.example","displayName":"Alice Adler","enabled":true,"guest":false},"devices":[],"at":"2026-11-29T13:04:45.413Z"}');
insert into certificate_tbs (id, tbs, directory_snapshot) values (4, '\x30820284a0030201020214457a226db108f5eb37ca8f1a015b95b216227077300a06082a8648ce3d04030230303110300e060355040a0c07436f6e746f736f311c301a06035504030c134c617463686b65792053616e64626f78204341301e170d3236313132393132303434355a170d3237313132393133303434355a302f312d302b06035504030c2464653731636530312d386332622d346636612d396433352d3731653062346139633630313059301306072a8648ce3d020106082a8648ce3d030107034200040200627897c4493e95b465426b44a264ae002d6f3401a0bb45d7ca9419bb60bfb489f4f2246cade21f999627f787ae380dd83f53b8785d5c8e46761834ed2b76a382017b3082017730400603551d11043930378635496e74756e6544657669636549643a2f2f31343730346530312d356539642d346237632d386131322d633666336430653835623031301f0603551d23041830168014d0c66cc5a2882ca14830d8102eabbdf4ebf3dcf9301d0603551d0e04160414b53a9d1eb2c580d3bdffdcc9ffc64a176caf1ea7300c0603551d130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a06082b0601050507030230818606082b06010505070101047a3078302606082b06010505073002861a68747470733a2f2f6c6f63616c686f73743a32353230362f6361302506082b060105050730028619687474703a2f2f6c6f63616c686f73743a32333736372f6361302706082b06010505073001861b687474703a2f2f6c6f63616c686f73743a32333736372f6f63737030370603551d1f0430302e302ca02aa0288626687474703a2f2f6c6f63616c686f73743a32333736372f63726c2f323032362d31312e63726c', '{"user":{"oid":"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01","upn":"alice@contoso.example","displayName":"Alice Adler","enabled":true,"guest":false},"devices":[{"deviceId":"de71ce01-8c2b-4f6a-9d35-71e0b4a9c601","objectId":"0b1ec701-2f64-4a8d-b5c9-e17d30a6f801","intuneId":"14704e01-5e9d-4b7c-8a12-c6f3d0e85b01","displayName":"ALICE-LT-042","os":"Windows","osVersion":"10.0.26200.6901","model":"ThinkPad X1 Carbon Gen 13","entraOwnerOids":["a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01"],"primaryUserOids":["a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01"],"enrolledByOid":"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01","managed":true,"managementState":"managed","compliant":true,"entraCompliant":true,"intuneCompliant":true,"enabled":true,"enrolledAt":"2026-02-03T08:14:09.000Z","registeredAt":"2026-02-03T08:12:44.000Z"}],"at":"2026-11-29T13:04:45.449Z"}');
insert into certificate_tbs (id, tbs, directory_snapshot) values (5, '\x30820261a0030201020214457a226d3b7fdd1e12572820580cd44887241190300a06082a8648ce3d04030230303110300e060355040a0c07436f6e746f736f311c301a06035504030c134c617463686b65792053616e64626f78204341301e170d3236313132393132303434355a170d3237313132393133303434355a301e311c301a06035504030c13626f6240636f6e746f736f2e6578616d706c653059301306072a8648ce3d020106082a8648ce3d03010703420004a79a5fe2bacedb95ec853f51651a862f1c1ab2d24ce5968a24ae0afe6b6a02fbdba94337d4738121ec716acfb09ed1c97f73144989b68e1e58aae9939ea85c78a382016930820165302e0603551d1104273025a023060a2b060104018237140203a0150c13626f6240636f6e746f736f2e6578616d706c65301f0603551d23041830168014d0c66cc5a2882ca14830d8102eabbdf4ebf3dcf9301d0603551d0e0416041456eec6afc6eeebfe84e2c4db116bc7d46cbc5e94300c0603551d130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a06082b0601050507030230818606082b06010505070101047a3078302606082b06010505073002861a68747470733a2f2f6c6f63616c686f73743a32353230362f6361302506082b060105050730028619687474703a2f2f6c6f63616c686f73743a32333736372f6361302706082b06010505073001861b687474703a2f2f6c6f63616c686f73743a32333736372f6f63737030370603551d1f0430302e302ca02aa0288626687474703a2f2f6c6f63616c686f73743a32333736372f63726c2f323032362d31312e63726c', '{"user":{"oid":"b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02","upn":"bob@contoso.example","displayName":"Bob Brandt","enabled":true,"guest":false},"devices":[],"at":"2026-11-29T13:04:45.555Z"}');
insert into certificate_tbs (id, tbs, directory_snapshot) values (6, '\x302f746273206f662030303030303030303030303030303030303030303030303030303030303030303030303030303031', '{"enabled":true}');
insert into certificate_tbs (id, tbs, directory_snapshot) values (7, '\x302f746273206f662030303030303030303030303030303030303030303030303030303030303030303030303030303032', '{"enabled":true}');
delete from audit;
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (1, 'issuance.intended', 1795957485318, 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', '457a226d313b0236aeb2bcfe3534c0217f979ea6', '[["profile","user"],["source","api"],["holder","{\"kind\":\"user\",\"oid\":\"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01\"}"],["requestKey","4e08b732753a57d83c0f0faa15b212377bbb842520a6cefc1cb56df75e0b593b"],["keyThumbprint","i7HXR6K_ntqTcDFtqi4pncx_Eud0zwI5Ax9eg2Rzh5o"],["tbsHash","191c2004b5e165f0987ebca672e6586b32eb7f2d4ecc581df255bb92b38c73f6"],["notAfter",1827493485000],["directoryHash","b923e6482acbc17084492c7203241f71c4f067afa237983c48a1f5e47e1f76be"],["rowHash","5d9d2ad6f5faa5d016bd48ca77e008408920734be890dd56ae2592ffa3c77569"]]', '0000000000000000000000000000000000000000000000000000000000000000', '0d26f9b004c1e59e49e95be03cd54be92ddc2addb96dd91fd2d407b9b05ee6e8');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (2, 'certificate.issued', 1795957485339, 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', '457a226d313b0236aeb2bcfe3534c0217f979ea6', '[["fingerprint","e3c2258d00572c9b646e74e0dbb41ad16a4762391732f5b09313d0864e3e227c"],["rowHash","ddd631b72b952de0c6d266b521b7b143e58bc9e308dfa3c9220f351930153b30"]]', '0d26f9b004c1e59e49e95be03cd54be92ddc2addb96dd91fd2d407b9b05ee6e8', '7747ac97e1e0650673e4d7444d20a1eee4e42ecf88b3c5517fce4d200f730706');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (3, 'issuance.intended', 1795957485379, 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', '457a226d482e427a87668a64c076fe8d1ac397d7', '[["profile","user"],["source","api"],["holder","{\"kind\":\"user\",\"oid\":\"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01\"}"],["requestKey","fc64bd4fdcbc0e7d555371132f341749b09aaf811c066452d049d0ebd9bbbf80"],["keyThumbprint","Wuie87jtCwlJTQtQKbc323OTKKQmeZj1mExCyxWodNI"],["tbsHash","e4f4abed0162bb89036c61e358334c7abd299d6bc81397da53edfb7ef9e72a65"],["notAfter",1827493485000],["directoryHash","5c6efda9151963de216da5365d28f5da7d5a71f356935256614495deff67ec64"],["rowHash","a2691fb1abe607f62f612f62c451b9269b8e82efbd5daf947fb5d783b94413b1"]]', '7747ac97e1e0650673e4d7444d20a1eee4e42ecf88b3c5517fce4d200f730706', '6d09c1c398c883d130ea3ea7bc3d1ac95f124551ea6b35c954018a9398fcb152');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (4, 'certificate.issued', 1795957485391, 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', '457a226d482e427a87668a64c076fe8d1ac397d7', '[["fingerprint","88d4f42cd9d0e546353f6412465d27c7daa6aab256dfd4d5b5f920631028a2da"],["rowHash","5c3135c75665400327d2c942f07591f160f1ccc4972eabb909ae167a7ea0b806"]]', '6d09c1c398c883d130ea3ea7bc3d1ac95f124551ea6b35c954018a9398fcb152', '3d9e905a6b66dc28535cf6c4b91550e4bcd88d704da0e9eda4a235984a5aade4');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (5, 'issuance.intended', 1795957485419, 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', '457a226d8ade6e483f04855a3e328e3e921e3b79', '[["profile","user"],["source","api"],["holder","{\"kind\":\"user\",\"oid\":\"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01\"}"],["requestKey","ad382465ebe54c4bcec1be899f41f2b85c4525b2b62e58dc50126fb5a842581a"],["keyThumbprint","wKISEK0ZwOJZpRANZPjkQWMjIphtdMfbGyR4JUVVLmg"],["tbsHash","9a51880fc3a9cdf6f400ebcafdb5807f59c81fb870e54b007f52f5989eb1b42d"],["notAfter",1827493485000],["directoryHash","6d1a42ca05ae0b6f397372ccdcd39da47e671b6e13525bfa2ca21b0d8aca4cef"],["rowHash","0f604bc9361dd9f2140f4a2df66916bd9f1b46f8b6ddd81d487bb1b2354c6133"]]', '3d9e905a6b66dc28535cf6c4b91550e4bcd88d704da0e9eda4a235984a5aade4', '766f4a7973ef01eb0e507e976aa8cb3fdc26eb980593f199ea975bec9478590f');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (6, 'certificate.issued', 1795957485429, 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', '457a226d8ade6e483f04855a3e328e3e921e3b79', '[["fingerprint","1e3615a73fc44545211effe63469285d21be065633b4253868deb764353bb435"],["rowHash","697a4fca2716ce3c78ba3d1467e12859f88fada11cb6f5527c2c737ce4787752"]]', '766f4a7973ef01eb0e507e976aa8cb3fdc26eb980593f199ea975bec9478590f', 'f0dd4d4876898a958c86c64ea8b14bdd2145670746d3b433f74fe4a22cc264e5');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (7, 'issuance.intended', 1795957485485, 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', '457a226db108f5eb37ca8f1a015b95b216227077', '[["profile","device"],["source","api"],["holder","{\"kind\":\"device\",\"deviceId\":\"de71ce01-8c2b-4f6a-9d35-71e0b4a9c601\",\"intuneId\":\"14704e01-5e9d-4b7c-8a12-c6f3d0e85b01\",\"ownerOid\":\"a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01\"}"],["requestKey","2974fd8e9507f2b15ab06eb8c38884ab0e9d1be186f3208c49edff579847f167"],["keyThumbprint","dgMH9J0_ZIAUpNVOgylBQUfMkAmJRKaSKNopBenWfbQ"],["tbsHash","68dda02ddf9b5342c71e97cd23f54c2f0eb336c4f52fcf4e81ebadfb6923c747"],["notAfter",1827493485000],["directoryHash","55a2a2d26a7de61d8dee3bfc748ebbd2633f7a8e3bab2cb2c9ee51258d9f22f4"],["rowHash","bdfb692b08d586e5aafca0b0da2ed570dd9b95a75afa0777ad771a3701468dd2"]]', 'f0dd4d4876898a958c86c64ea8b14bdd2145670746d3b433f74fe4a22cc264e5', '471587d8dd415419e6fb59857003f3a18d18278bb97a950830980b3d625d284e');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (8, 'certificate.issued', 1795957485511, 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', '457a226db108f5eb37ca8f1a015b95b216227077', '[["fingerprint","20dfdfbc675ea83585230e054e3b86afb6f130326b5bb089c9d6fb1100a28d8c"],["rowHash","0055daa0a260714350ee90f463c03c23a97b4cc499313d43b9722400e0abab0f"]]', '471587d8dd415419e6fb59857003f3a18d18278bb97a950830980b3d625d284e', '30510c4f97d2de156397e42c142bfad95786962d4200e3a9764dc199950df320');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (9, 'issuance.intended', 1795957485571, 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02', '457a226d3b7fdd1e12572820580cd44887241190', '[["profile","user"],["source","api"],["holder","{\"kind\":\"user\",\"oid\":\"b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02\"}"],["requestKey","bad849d572bda1c8d5d1b31c3c046b24ea27b00edbe0497c15acb8be207759d6"],["keyThumbprint","03F-JCc-_dtjrj0CfEcxcRDfOu8xY2S5-Rzx8Uth2sI"],["tbsHash","3ce68bdf6180ba55a81641cf833f6554b849105c4beb46c0a0b2db597cac1bbf"],["notAfter",1827493485000],["directoryHash","446fa840c47002b5d63545e321a9ed86c154ec4e944dba60afcdaaa221a7c0b0"],["rowHash","0e2e1cd1960618c5238897a4e7d671dcd5947cf5a35cfb7fa39119c7047a8513"]]', '30510c4f97d2de156397e42c142bfad95786962d4200e3a9764dc199950df320', 'b81023f0f15271941f1f2b67fc684df0e5fc3896d666e16dea58d059c8a72062');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (10, 'certificate.issued', 1795957485580, 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02', '457a226d3b7fdd1e12572820580cd44887241190', '[["fingerprint","bd718d242fb77318facc99e58c6283e989114817e67e12512ea0eda5802b69a8"],["rowHash","30d26ccf4f1f14307a5f3189b5589e6c04b2011e47f0ae5957f32d95c89e5144"]]', 'b81023f0f15271941f1f2b67fc684df0e5fc3896d666e16dea58d059c8a72062', '4238c7dd4454752753ee4cbf915f275a55febe3b6d4fca1fb74d6bae82d74853');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (11, 'certificate.revoked', 1795957485588, 'alice', '457a226d8ade6e483f04855a3e328e3e921e3b79', '[["rowHash","2c6f7445491aa84d051fefd85530e9e6c8a2f103225c8b41fdce29974ee2f1fd"]]', '4238c7dd4454752753ee4cbf915f275a55febe3b6d4fca1fb74d6bae82d74853', '7adeba806ed9c4fc46081e4595d0c0528d26595ee745dd61cc4d67e5f5cb39bf');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (12, 'key.blocked', 1795957485592, 'alice', '457a226d3b7fdd1e12572820580cd44887241190', '[["keyThumbprint","03F-JCc-_dtjrj0CfEcxcRDfOu8xY2S5-Rzx8Uth2sI"]]', '7adeba806ed9c4fc46081e4595d0c0528d26595ee745dd61cc4d67e5f5cb39bf', 'e03508da644587a84ec66981ff6c110597d1f96678808e151d96c95495b7ba95');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (13, 'certificate.revoked', 1795957485592, 'alice', '457a226d3b7fdd1e12572820580cd44887241190', '[["cause","key_blocked"],["reason","keyCompromise"],["rowHash","0dbef6d93cc356bcfe0ef563dc7c331d0d5b240554180af5112afd97299859ad"]]', 'e03508da644587a84ec66981ff6c110597d1f96678808e151d96c95495b7ba95', 'b178a68aff139abf4145c24ed0dcf21e6dee3f6c892c1caf0536e688a66bf101');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (14, 'certificate.labelled', 1795957485610, 'alice', '457a226d313b0236aeb2bcfe3534c0217f979ea6', '[["rowHash","9f658953d44fe4bd5c679ffa4df801a729b1829ca6ddf7c33bd6ec6773f0600b"]]', 'b178a68aff139abf4145c24ed0dcf21e6dee3f6c892c1caf0536e688a66bf101', 'dcf19d89758d7305d562e89bd9580c7974e8ebf75098a43369dac971989909d6');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (15, 'device.reported_lost', 1795957485621, 'alice', null, '[["deviceId","d9"],["intuneId","i9"]]', 'dcf19d89758d7305d562e89bd9580c7974e8ebf75098a43369dac971989909d6', '111c1060a41b2a88dc4dd3d3be7989b019c33ebec4211ecfbe6169d493df8706');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (16, 'directory.changed', 1795957485832, 'directory-sync', null, '[["kind","entra_device"],["id","de71ce01-8c2b-4f6a-9d35-71e0b4a9c601"],["change","disabled"]]', '111c1060a41b2a88dc4dd3d3be7989b019c33ebec4211ecfbe6169d493df8706', 'c31770f07cc92f6cf751425a60340d6616ecc4f849ccd47612b6190bf8e17d37');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (17, 'responder.intended', 1795957485851, 'authority', '457a226d29e543bdfc20b691e1c287e939b41d1e', '[["tbsHash","218aa0190e2bef5c9dac1ffaa9e2bb5b1d5b1633d93ac6f99b32a751c28b807f"]]', 'c31770f07cc92f6cf751425a60340d6616ecc4f849ccd47612b6190bf8e17d37', 'cd79866157285e5c48109a299565d7962c828afd7b234a4e0bc4328041aa8211');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (18, 'responder.issued', 1795957485854, 'authority', '457a226d29e543bdfc20b691e1c287e939b41d1e', '[["fingerprint","2942e68782ae7584aff27265acf715f4e97baaeeb4089f4ecea01ab6bf7882d5"]]', 'cd79866157285e5c48109a299565d7962c828afd7b234a4e0bc4328041aa8211', '0b54e760a5ee17e091a2ad5c5b58938c54b9c303a41d8cff4573fa20faf245e3');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (19, 'crl.published', 1795957486172, 'authority', null, '[["scope","full"],["delta",false],["number",1795957485],["entries",3],["hash","BR3EvnFrBYGSyDSPpbtRv1OGhqPTKbIYP19g6V1w77Y"],["tbsHash","9c9b563d114dc7ff522b34267ec0a2bc227a820ce9e29506faf44e1ef8e72f99"]]', '0b54e760a5ee17e091a2ad5c5b58938c54b9c303a41d8cff4573fa20faf245e3', 'a367134009f95be456982d1eb03a73fe2f516432be86891eb4cebd97d6420328');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (20, 'crl.published', 1795957486183, 'authority', null, '[["scope","base"],["delta",false],["number",1795957485],["entries",3],["hash","BR3EvnFrBYGSyDSPpbtRv1OGhqPTKbIYP19g6V1w77Y"],["tbsHash","9c9b563d114dc7ff522b34267ec0a2bc227a820ce9e29506faf44e1ef8e72f99"]]', 'a367134009f95be456982d1eb03a73fe2f516432be86891eb4cebd97d6420328', '25a5b3c27ad9fd8179587f36a6bfa547e45866efa5dc4236a91268da0023392f');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (21, 'crl.published', 1795957486202, 'authority', null, '[["scope","full"],["delta",false],["number",1795957486],["entries",3],["hash","Zxs6vWXeP1rQ8BQ2NnHkGVnYGc7t3JgBeSbdOQ_3uiA"],["tbsHash","2ddfb4e14de9898470b854460b132a366509fde005d2f8d00dbec033c2c29d71"]]', '25a5b3c27ad9fd8179587f36a6bfa547e45866efa5dc4236a91268da0023392f', '1419215f313bce12bc809d96842bb45839e396e1a8d1b85fefc09c3298b0085c');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (22, 'crl.published', 1795957486223, 'authority', null, '[["scope","full"],["delta",true],["number",1795957486],["entries",0],["hash","zVnJEvQ1bYCj6qPWyenEQa3At7tnYGEmuR7chGOLWLY"],["tbsHash","9b434b09727a4993f92a1ac03a4e8fadac30198ddc0e1b4135be734dbc36d2b8"]]', '1419215f313bce12bc809d96842bb45839e396e1a8d1b85fefc09c3298b0085c', '9d2ee097c03579abd880939bb05769d139e3639ad6891d15303390a64461e67c');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (23, 'issuance.intended', 1772366400000, 'ada', '0000000000000000000000000000000000000001', '[["directoryHash","26b3426b2593763c96d0890b4a77a0bbf66d13fc512b0c6b138a23c290f30a2a"],["rowHash","caa66e8df2c977ab4703e132b599df61a47f85037ccb08b624dbb5d0451b5db1"]]', '9d2ee097c03579abd880939bb05769d139e3639ad6891d15303390a64461e67c', 'c163af0648702ce4ec95f5a1f0f63c299028ed9faa09e1f3cf092a5c0f26af3d');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (24, 'certificate.voided', 1795957486245, 'sweeper', '0000000000000000000000000000000000000001', '[["cause","not_completed"],["begunAt",1795956486242],["rowHash","ae97552e106c415a170c0c06d25616cad926bc9cb7819d0d2e992574cb4c6da6"]]', 'c163af0648702ce4ec95f5a1f0f63c299028ed9faa09e1f3cf092a5c0f26af3d', '5b724dfeb793268079fb70f0707a24e593b96a5cca6441d64645639e596aa2a5');
insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash) values (25, 'issuance.intended', 1772366400000, 'ada', '0000000000000000000000000000000000000002', '[["directoryHash","26b3426b2593763c96d0890b4a77a0bbf66d13fc512b0c6b138a23c290f30a2a"],["rowHash","3176e4429fe4b2a82060ffc79e1da8578ce5a4dbaed51c0a70cabe0da077f745"]]', '5b724dfeb793268079fb70f0707a24e593b96a5cca6441d64645639e596aa2a5', 'c28aedc1995833791408bc355a97041bfcddfe864e1d6e59aa40d0c319de6e98');
delete from audit_head;
insert into audit_head (id, sequence, hash) values (1, 25, 'c28aedc1995833791408bc355a97041bfcddfe864e1d6e59aa40d0c319de6e98');
delete from blocked_key;
insert into blocked_key (key_thumbprint, blocked_at, blocked_by) values ('03F-JCc-_dtjrj0CfEcxcRDfOu8xY2S5-Rzx8Uth2sI', 1795957485592, 'bob');
delete from lost_device;
insert into lost_device (id, device_id, intune_id, reported_at, reporter_oid, reported_by) overriding system value values (1, 'd9', 'i9', 1795957485621, 'alice', 'alice');
select setval(pg_get_serial_sequence('lost_device', 'id'), (select max(id) from lost_device));
delete from confirmation;
insert into confirmation (id, until) values ('a sign-in', 1795958485632);
delete from quota;
insert into quota (principal, window_start, used) values ('certificates:5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001:a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', 1795957200000, 4);
insert into quota (principal, window_start, used) values ('certificates:5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001:b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02', 1795957200000, 1);
delete from directory_object;
insert into directory_object (kind, id, version, seen_at, object_id, absent_since, deletion, unlisted_since, disabled_since, non_compliant_since, retirement, retirement_since, risky_since, enrolled_at, owners, owners_seen_at, upn, upn_since, due_at, needs_recheck) values ('entra_device', 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601', 4, 1795957485792, '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801', null, null, null, 1795957485832, null, null, null, null, null, '[["a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01",1795957485513,null]]', 1795957485720, null, null, null, 0);
insert into directory_object (kind, id, version, seen_at, object_id, absent_since, deletion, unlisted_since, disabled_since, non_compliant_since, retirement, retirement_since, risky_since, enrolled_at, owners, owners_seen_at, upn, upn_since, due_at, needs_recheck) values ('intune_device', '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01', 3, 1795957485721, null, null, null, null, null, null, null, null, null, 1770106449000, '[["a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01",1795957485513,null]]', 1795957485721, null, null, null, 0);
insert into directory_object (kind, id, version, seen_at, object_id, absent_since, deletion, unlisted_since, disabled_since, non_compliant_since, retirement, retirement_since, risky_since, enrolled_at, owners, owners_seen_at, upn, upn_since, due_at, needs_recheck) values ('user', 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', 4, 1795957485725, null, null, null, null, null, null, null, null, null, null, null, null, 'alice@contoso.example', 0, null, 0);
insert into directory_object (kind, id, version, seen_at, object_id, absent_since, deletion, unlisted_since, disabled_since, non_compliant_since, retirement, retirement_since, risky_since, enrolled_at, owners, owners_seen_at, upn, upn_since, due_at, needs_recheck) values ('user', 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02', 3, 1795957485726, null, null, null, null, null, null, null, null, null, null, null, null, 'bob@contoso.example', 0, null, 0);
delete from directory_state;
insert into directory_state (id, version, streams, risk_read_at, circuit_breaker, policy_hash) values (1, 4, '{"users":{"cursor":"http://localhost:20757/graph/v1.0/users/delta?$deltatoken=eyJlcG9jaCI6Ijc5NzkzYmE1Iiwic2luY2UiOjExLCJzZW50IjoxMSwic3RhcnRlZEF0IjowLCJiZWZvcmUiOjEwLCJzZWxlY3QiOiJpZCxhY2NvdW50RW5hYmxlZCx1c2VyUHJpbmNpcGFsTmFtZSIsImVtcHRpZWQiOmZhbHNlfQ","readAt":"2026-11-29T13:04:45.792Z","fullAt":"2026-11-29T13:04:45.643Z"},"entraDevices":{"cursor":"http://localhost:20757/graph/v1.0/devices/delta?$deltatoken=eyJlcG9jaCI6Ijc5NzkzYmE1Iiwic2luY2UiOjExLCJzZW50IjoxMSwic3RhcnRlZEF0IjowLCJiZWZvcmUiOjEwLCJzZWxlY3QiOiJpZCxkZXZpY2VJZCxhY2NvdW50RW5hYmxlZCxpc0NvbXBsaWFudCIsImVtcHRpZWQiOmZhbHNlfQ","readAt":"2026-11-29T13:04:45.792Z","fullAt":"2026-11-29T13:04:45.643Z"},"intuneDevices":{"cursor":null,"readAt":"2026-11-29T13:04:45.792Z","fullAt":"2026-11-29T13:04:45.792Z"}}', null, null, '6e6321154ae79f10bced67729f42fc282f47f18cd687afa035f788e1894d7937');
delete from status_version;
insert into status_version (id, version) values (1, 5);
delete from crl;
insert into crl (issuer_id, scope, delta, number, base_number, this_update, next_update, entries, der) values ('a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', '', 0, 1795957486, null, 1795957485000, 1796043885000, 3, '\x308201c63082016c020101300a06082a8648ce3d04030230303110300e060355040a0c07436f6e746f736f311c301a06035504030c134c617463686b65792053616e64626f78204341170d3236313132393133303434355a170d3236313133303133303434355a30819f30330214457a226d3b7fdd1e12572820580cd44887241190170d3236313132393133303434355a300c300a0603551d1504030a010130330214457a226d8ade6e483f04855a3e328e3e921e3b79170d3236313132393133303434355a300c300a0603551d1504030a010430330214457a226db108f5eb37ca8f1a015b95b216227077170d3236313132393133303434355a300c300a0603551d1504030a0106a0693067301f0603551d23041830168014d0c66cc5a2882ca14830d8102eabbdf4ebf3dcf9300d0603551d14040602046b0c22ee30350603551d2e042e302c302aa028a0268624687474703a2f2f6c6f63616c686f73743a32333736372f63726c2f64656c74612e63726c300a06082a8648ce3d040302034800304502205156d03ca9a6219789f70f0d8c2f96899e1a59985dc8a9e71d6aea4254cd1173022100e22107476883139df2ebda01330654f65ebdf9cfa5db0f2e3f3bcf4edee457a6');
insert into crl (issuer_id, scope, delta, number, base_number, this_update, next_update, entries, der) values ('a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', '', 1, 1795957486, 1795957485, 1795957485000, 1795961085000, 0, '\x3081ff3081a5020101300a06082a8648ce3d04030230303110300e060355040a0c07436f6e746f736f311c301a06035504030c134c617463686b65792053616e64626f78204341170d3236313132393133303434355a170d3236313132393134303434355aa0443042301f0603551d23041830168014d0c66cc5a2882ca14830d8102eabbdf4ebf3dcf9300d0603551d14040602046b0c22ee30100603551d1b0101ff040602046b0c22ed300a06082a8648ce3d0403020349003046022100ea46d0ca4bcb1435546615bc494872866d06020b2f76e1a6163880b614ebfdf4022100d36874d12b1e8ef0a2a8d1bef4fd53b3dbed4078856b8d316b76f103cd72ceac');
insert into crl (issuer_id, scope, delta, number, base_number, this_update, next_update, entries, der) values ('a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', 'base', 0, 1795957485, null, 1795957485000, 1796043885000, 3, '\x308201c53082016c020101300a06082a8648ce3d04030230303110300e060355040a0c07436f6e746f736f311c301a06035504030c134c617463686b65792053616e64626f78204341170d3236313132393133303434355a170d3236313133303133303434355a30819f30330214457a226d3b7fdd1e12572820580cd44887241190170d3236313132393133303434355a300c300a0603551d1504030a010130330214457a226d8ade6e483f04855a3e328e3e921e3b79170d3236313132393133303434355a300c300a0603551d1504030a010430330214457a226db108f5eb37ca8f1a015b95b216227077170d3236313132393133303434355a300c300a0603551d1504030a0106a0693067301f0603551d23041830168014d0c66cc5a2882ca14830d8102eabbdf4ebf3dcf9300d0603551d14040602046b0c22ed30350603551d2e042e302c302aa028a0268624687474703a2f2f6c6f63616c686f73743a32333736372f63726c2f64656c74612e63726c300a06082a8648ce3d0403020347003044022060a70f030dd2c33e33bbead63e2f70e40f2c03782ab9b63519a88c2d9245b15c0220017fead1cd85c80419f2e61b554cd3738aa89c23f070450f04ffdc23b93bad4d');
delete from crl_number;
insert into crl_number (issuer_id, number) values ('a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', 1795957486);
delete from lease;
insert into lease (name, holder, until) values ('crl', 'a replica', 1795957486230);
insert into lease (name, holder, until) values ('crl:a8d678a913df9b5cc250eb10552833f800600911820156fd8a21f8c4e1ad9758', '11d7e7d2-c3f8-4bae-b839-33a946dd6cb7', 1795957545859);
