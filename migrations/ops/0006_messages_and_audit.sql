CREATE TABLE `audit_entries` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`before` text,
	`after` text,
	`origin` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_entries_subject` ON `audit_entries` (`subject`,`sequence`);--> statement-breakpoint
CREATE TABLE `audit_seals` (
	`sequence` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `message_opt_outs` (
	`address` text NOT NULL,
	`topic` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`address`, `topic`)
);
--> statement-breakpoint
CREATE TABLE `message_templates` (
	`kind` text NOT NULL,
	`channel` text NOT NULL,
	`language` text NOT NULL,
	`version` integer NOT NULL,
	`content` text NOT NULL,
	`saved_at` integer NOT NULL,
	`saved_by` text NOT NULL,
	PRIMARY KEY(`kind`, `channel`, `language`, `version`)
);
--> statement-breakpoint
ALTER TABLE `notifications` ADD `delays` text DEFAULT '[]' NOT NULL;