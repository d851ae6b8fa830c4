CREATE TABLE `returns` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`order_number` text NOT NULL,
	`version` integer NOT NULL,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`units` integer NOT NULL,
	`customer_id` text,
	`placed_by` text NOT NULL,
	`channel` text NOT NULL,
	`warehouse_id` text NOT NULL,
	`tracking_number` text,
	`requested_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `returns_requested` ON `returns` (`requested_at`,`id`);--> statement-breakpoint
CREATE INDEX `returns_order` ON `returns` (`order_id`);--> statement-breakpoint
CREATE INDEX `returns_tracking` ON `returns` (`tracking_number`);