-- A table with a row id and a primary key of text beside it is two written rows for each of ours.
CREATE TABLE `order_events_by_order` (
	`order_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`actor` text NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`order_id`, `sequence`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `order_events_by_order` SELECT `order_id`, `sequence`, `at`, `type`, `actor`, `data` FROM `order_events`;
--> statement-breakpoint
DROP TABLE `order_events`;
--> statement-breakpoint
ALTER TABLE `order_events_by_order` RENAME TO `order_events`;
--> statement-breakpoint
CREATE TABLE `order_lines_by_order` (
	`order_id` text NOT NULL,
	`number` integer NOT NULL,
	`version` integer NOT NULL,
	`sku` text NOT NULL,
	`name` text NOT NULL,
	`quantity` integer NOT NULL,
	`unit_price` integer NOT NULL,
	`net` integer NOT NULL,
	`tax` integer NOT NULL,
	`backordered` integer NOT NULL,
	PRIMARY KEY(`order_id`, `number`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `order_lines_by_order` SELECT `order_id`, `number`, `version`, `sku`, `name`, `quantity`, `unit_price`, `net`, `tax`, `backordered` FROM `order_lines`;
--> statement-breakpoint
DROP TABLE `order_lines`;
--> statement-breakpoint
ALTER TABLE `order_lines_by_order` RENAME TO `order_lines`;
--> statement-breakpoint
CREATE INDEX `order_lines_sku` ON `order_lines` (`sku`);
--> statement-breakpoint
CREATE TABLE `payments_by_order` (
	`order_id` text NOT NULL,
	`number` integer NOT NULL,
	`version` integer NOT NULL,
	`provider` text NOT NULL,
	`intent_id` text,
	`status` text NOT NULL,
	`amount` integer NOT NULL,
	`authorized` integer NOT NULL,
	`captured` integer NOT NULL,
	`refunded` integer NOT NULL,
	`currency` text NOT NULL,
	PRIMARY KEY(`order_id`, `number`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `payments_by_order` SELECT `order_id`, `number`, `version`, `provider`, `intent_id`, `status`, `amount`, `authorized`, `captured`, `refunded`, `currency` FROM `payments`;
--> statement-breakpoint
DROP TABLE `payments`;
--> statement-breakpoint
ALTER TABLE `payments_by_order` RENAME TO `payments`;
--> statement-breakpoint
CREATE TABLE `shipments_by_id` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`number` integer NOT NULL,
	`version` integer NOT NULL,
	`warehouse_id` text NOT NULL,
	`state` text NOT NULL,
	`carrier` text,
	`tracking_number` text,
	`requested_at` integer NOT NULL,
	`shipped_at` integer,
	`delivered_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `shipments_by_id` SELECT `id`, `order_id`, `number`, `version`, `warehouse_id`, `state`, `carrier`, `tracking_number`, `requested_at`, `shipped_at`, `delivered_at` FROM `shipments`;
--> statement-breakpoint
DROP TABLE `shipments`;
--> statement-breakpoint
ALTER TABLE `shipments_by_id` RENAME TO `shipments`;
--> statement-breakpoint
CREATE INDEX `shipments_warehouse` ON `shipments` (`warehouse_id`,`state`);
--> statement-breakpoint
CREATE INDEX `shipments_tracking` ON `shipments` (`tracking_number`);
