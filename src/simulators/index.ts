export { simulators as default } from "./worker.tsx";
export { FedexBooks } from "./fedex/fedex-books.ts";
export { PaypalBooks } from "./paypal/paypal-books.ts";
export { SendgridBooks } from "./sendgrid/sendgrid-books.ts";
export { StripeBooks } from "./stripe/stripe-books.ts";
export { TwilioBooks } from "./twilio/twilio-books.ts";
