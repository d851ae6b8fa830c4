INSERT INTO `audit_entries` (`at`, `actor`, `action`, `subject`, `after`, `origin`)
SELECT `at`, json_object('kind', 'user', 'id', `actor`, 'name', `actor`, 'role', ''), `action`, `subject`, `detail`,
  json_object('requestId', coalesce(`request_id`, ''), 'country', NULL, 'ray', NULL)
FROM `audit` ORDER BY `at`, `id`;
--> statement-breakpoint
DROP TABLE `audit`;
--> statement-breakpoint
CREATE TRIGGER `audit_entries_stay` BEFORE UPDATE ON `audit_entries` BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_entries_kept` BEFORE DELETE ON `audit_entries` BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_seals_stay` BEFORE UPDATE ON `audit_seals` BEGIN SELECT RAISE(ABORT, 'audit seals are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_seals_kept` BEFORE DELETE ON `audit_seals` BEGIN SELECT RAISE(ABORT, 'audit seals are never removed'); END;
