CREATE TABLE `reconciliation_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`day` text NOT NULL,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer NOT NULL,
	`theirs` integer NOT NULL,
	`ours` integer NOT NULL,
	`in_flight` integer NOT NULL,
	`differences` integer NOT NULL,
	`found` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `reconciliation_runs_started` ON `reconciliation_runs` (`started_at`,`id`);