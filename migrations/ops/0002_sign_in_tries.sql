CREATE TABLE `sign_in_tries` (
	`account` text NOT NULL,
	`client` text NOT NULL,
	`tries` integer NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`account`, `client`)
);
--> statement-breakpoint
CREATE INDEX `sign_in_tries_since` ON `sign_in_tries` (`since`);