import type { ProviderResult } from "./outcome.ts";

/** One mail, ready to be sent. */
export interface MailMessage {
  to: { email: string; name?: string };
  subject: string;
  html: string;
  text: string;
  /** Where the reader unsubscribes, by a page or at one click; left out for what every order needs. */
  unsubscribeUrl?: string;
  /** Our reference (the notification's id): comes back in the provider's events. */
  reference: string;
}

/** A mail provider promises no idempotency: the caller claims the attempt before and looks up afterwards. */
export interface MailProvider {
  readonly name: string;
  send(message: MailMessage): Promise<ProviderResult<{ messageId: string }>>;
  /** The message sent with this reference, if the provider knows one. A mail just sent may take a while to be known. */
  findByReference(reference: string): Promise<ProviderResult<{ messageId: string } | null>>;
}

export interface SmsMessage {
  /** E.164. */
  to: string;
  text: string;
  reference: string;
}

export interface SmsProvider {
  readonly name: string;
  /** Sends the text with a short mark of the reference below it, which is what it can be found by afterwards. */
  send(message: SmsMessage): Promise<ProviderResult<{ messageId: string }>>;
  /** The message with this reference's mark that was sent to this number today or yesterday, if there is one. */
  findByReference(reference: string, to: string): Promise<ProviderResult<{ messageId: string } | null>>;
}
