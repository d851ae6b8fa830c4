CREATE TABLE `deeds` (
	`key` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`subject` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `deeds_created` ON `deeds` (`created_at`);