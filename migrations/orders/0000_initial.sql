CREATE TABLE `order_events` (
	`order_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`actor` text NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`order_id`, `sequence`)
);
--> statement-breakpoint
CREATE TABLE `order_lines` (
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
);
--> statement-breakpoint
CREATE INDEX `order_lines_sku` ON `order_lines` (`sku`);--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`number` text NOT NULL,
	`version` integer NOT NULL,
	`status` text NOT NULL,
	`payment_state` text NOT NULL,
	`fulfillment_state` text NOT NULL,
	`channel` text NOT NULL,
	`customer_id` text,
	`placed_by` text NOT NULL,
	`customer_name` text NOT NULL,
	`total_amount` integer NOT NULL,
	`currency` text NOT NULL,
	`units` integer NOT NULL,
	`delivery_address` text NOT NULL,
	`country` text NOT NULL,
	`estimated_delivery` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`search` text NOT NULL,
	`doc` text NOT NULL,
	`saga` text
);
--> statement-breakpoint
CREATE INDEX `orders_created` ON `orders` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `orders_status` ON `orders` (`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `orders_customer` ON `orders` (`customer_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `payments` (
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
);
--> statement-breakpoint
CREATE TABLE `shipments` (
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
);
--> statement-breakpoint
CREATE INDEX `shipments_warehouse` ON `shipments` (`warehouse_id`,`state`);--> statement-breakpoint
CREATE INDEX `shipments_tracking` ON `shipments` (`tracking_number`);