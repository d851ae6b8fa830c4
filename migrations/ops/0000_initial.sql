CREATE TABLE `channels` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`default_customer_id` text,
	`default_payment_method` text,
	`allowed_origins` text NOT NULL,
	`capture_on` text,
	`active` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `levels` (
	`sku` text NOT NULL,
	`warehouse_id` text NOT NULL,
	`opening` integer NOT NULL,
	`safety_stock` integer NOT NULL,
	`reorder_point` integer DEFAULT 10 NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`sku`, `warehouse_id`)
);
--> statement-breakpoint
CREATE TABLE `products` (
	`sku` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`unit` text NOT NULL,
	`price` integer NOT NULL,
	`currency` text NOT NULL,
	`category` text NOT NULL,
	`weight_grams` integer NOT NULL,
	`tax_class` text NOT NULL,
	`backorder` integer NOT NULL,
	`active` integer NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `products_name` ON `products` (`name`);--> statement-breakpoint
CREATE INDEX `products_category` ON `products` (`category`,`sku`);--> statement-breakpoint
CREATE TABLE `shipping_methods` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`carrier` text NOT NULL,
	`service` text NOT NULL,
	`base` integer NOT NULL,
	`per_kilogram` integer NOT NULL,
	`per_thousand_km` integer NOT NULL,
	`currency` text NOT NULL,
	`transit_days` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tax_rates` (
	`country` text NOT NULL,
	`region` text DEFAULT '' NOT NULL,
	`tax_class` text NOT NULL,
	`rate_ppm` integer NOT NULL,
	`taxes_shipping` integer NOT NULL,
	PRIMARY KEY(`country`, `region`, `tax_class`)
);
--> statement-breakpoint
CREATE TABLE `warehouses` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`city` text NOT NULL,
	`country` text NOT NULL,
	`latitude` real NOT NULL,
	`longitude` real NOT NULL,
	`time_zone` text NOT NULL,
	`cut_off_minutes` integer NOT NULL,
	`working_days` text NOT NULL,
	`daily_capacity` integer NOT NULL,
	`serves` text NOT NULL,
	`mode` text NOT NULL,
	`open` integer NOT NULL,
	`address` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `labels` (
	`shipment_id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`carrier` text NOT NULL,
	`service` text NOT NULL,
	`tracking_number` text NOT NULL,
	`format` text NOT NULL,
	`document` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`detail` text,
	`request_id` text
);
--> statement-breakpoint
CREATE INDEX `audit_subject` ON `audit` (`subject`,`at`);--> statement-breakpoint
CREATE TABLE `deviations` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`subject` text NOT NULL,
	`order_id` text,
	`summary` text NOT NULL,
	`tried` text NOT NULL,
	`assignee` text,
	`opened_at` integer NOT NULL,
	`resolved_at` integer,
	`resolved_by` text,
	`resolution` text
);
--> statement-breakpoint
CREATE INDEX `deviations_status` ON `deviations` (`status`,`opened_at`);--> statement-breakpoint
CREATE INDEX `deviations_order` ON `deviations` (`order_id`);--> statement-breakpoint
CREATE TABLE `idempotency` (
	`principal` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`status` integer,
	`response` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`principal`, `key`)
);
--> statement-breakpoint
CREATE TABLE `notifications` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`subject` text NOT NULL,
	`kind` text NOT NULL,
	`channel` text NOT NULL,
	`recipient` text NOT NULL,
	`status` text NOT NULL,
	`provider_message_id` text,
	`error` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_once` ON `notifications` (`order_id`,`subject`,`kind`,`channel`);--> statement-breakpoint
CREATE INDEX `notifications_created` ON `notifications` (`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `webhook_events` (
	`provider` text NOT NULL,
	`event_id` text NOT NULL,
	`payload` text NOT NULL,
	`received_at` integer NOT NULL,
	`processed_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`provider`, `event_id`)
);
--> statement-breakpoint
CREATE TABLE `api_keys` (
	`hash` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`scopes` text,
	`warehouse_id` text,
	`customer_id` text,
	`channel` text,
	`environment` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE TABLE `customers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`phone` text,
	`address` text NOT NULL,
	`latitude` real,
	`longitude` real,
	`language` text NOT NULL,
	`payment_method` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `customers_email` ON `customers` (`email`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`warehouse_id` text,
	`password_hash` text NOT NULL,
	`active` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`);--> statement-breakpoint
CREATE TABLE `stock` (
	`sku` text NOT NULL,
	`warehouse_id` text NOT NULL,
	`on_hand` integer NOT NULL,
	`held` integer NOT NULL,
	`allocated` integer NOT NULL,
	`safety_stock` integer NOT NULL,
	`quantity` integer NOT NULL,
	`threshold` integer DEFAULT 10 NOT NULL,
	`sequence` integer NOT NULL,
	`as_of` integer NOT NULL,
	PRIMARY KEY(`sku`, `warehouse_id`)
);
--> statement-breakpoint
CREATE INDEX `stock_warehouse` ON `stock` (`warehouse_id`,`sku`);--> statement-breakpoint
CREATE INDEX `stock_low` ON `stock` (`sku`,`warehouse_id`) WHERE "quantity" <= "threshold";