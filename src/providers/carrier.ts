import type { Address, Contact } from "../domain/catalog.ts";
import type { Money } from "../domain/money.ts";
import type { ProviderResult } from "./outcome.ts";

export interface Parcel {
  weightGrams: number;
}

export interface LabelRequest {
  /** Our reference of the parcel (the shipment's id): printed on the label, and what a lost reply is looked up by. */
  reference: string;
  service: string;
  from: { contact: Contact; address: Address };
  to: { contact: Contact; address: Address };
  parcel: Parcel;
}

export interface Label {
  trackingNumber: string;
  carrier: string;
  service: string;
  /** The label as the carrier made it. */
  format: "PDF" | "ZPL";
  /** base64 */
  document: string;
  charge?: Money;
}

export type TrackingStatus = "label_created" | "in_transit" | "out_for_delivery" | "delivered" | "exception";

export interface TrackingSnapshot {
  /** The label was withdrawn before the parcel was handed over. */
  withdrawn?: true;
  trackingNumber: string;
  status: TrackingStatus;
  /** Epoch milliseconds of the newest scan. */
  at: number;
  description: string;
  estimatedDelivery?: string;
}

/** A carrier promises no idempotency for labels: claim, call, record; on unknown, look up by our reference. */
export interface CarrierProvider {
  readonly name: string;
  validateAddress(address: Address): Promise<ProviderResult<{ deliverable: boolean; reason?: string }>>;
  rate(request: Omit<LabelRequest, "reference">): Promise<ProviderResult<Money>>;
  createLabel(request: LabelRequest): Promise<ProviderResult<Label>>;
  /** Withdraws a label; a label that is withdrawn already counts as done. */
  cancelLabel(trackingNumber: string): Promise<ProviderResult<null>>;
  /**
   * Settles a label whose reply was lost. A label answers with its document; `null` means that no live label has this
   * reference and creating one is safe. A carrier that hands a label's document out only once cannot give it again:
   * then a label that nobody can print is withdrawn, and `null` answered. Fails with `label_in_use` where the parcel
   * is on its way already. `inUse` is a label that the parcel is known to leave with: it is neither found nor withdrawn.
   */
  findLabel(reference: string, inUse?: string): Promise<ProviderResult<Label | null>>;
  /** The tracking of up to 30 numbers; numbers that the carrier does not know are left out. */
  track(trackingNumbers: readonly string[]): Promise<ProviderResult<TrackingSnapshot[]>>;
}
