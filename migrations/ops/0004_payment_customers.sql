CREATE TABLE `payment_customers` (
	`customer_id` text NOT NULL,
	`provider` text NOT NULL,
	`reference` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `provider`)
);
