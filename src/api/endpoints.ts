import type { AnyEndpoint } from "./endpoint.ts";
import { auditEndpoints } from "./routes/audit.ts";
import { authEndpoints } from "./routes/auth.ts";
import { catalogEndpoints } from "./routes/catalog.ts";
import { customerEndpoints } from "./routes/customers.ts";
import { deviationEndpoints } from "./routes/deviations.ts";
import { fulfillmentEndpoints } from "./routes/fulfillment.ts";
import { inventoryEndpoints } from "./routes/inventory.ts";
import { liveEndpoints } from "./routes/live.ts";
import { notificationEndpoints } from "./routes/notifications.ts";
import { notificationTemplateEndpoints } from "./routes/notification-templates.ts";
import { operationEndpoints } from "./routes/operations.ts";
import { orderEditEndpoints } from "./routes/order-edits.ts";
import { orderEndpoints } from "./routes/orders.ts";
import { returnEndpoints } from "./routes/returns.ts";
import { paymentMethodEndpoints } from "./routes/payment-methods.ts";
import { paymentEndpoints } from "./routes/payments.ts";
import { reconciliationEndpoints } from "./routes/reconciliation.ts";
import { stockCommandEndpoints } from "./routes/stock-commands.ts";
import { webhookEndpoints } from "./routes/webhooks.ts";

/** Every route of the API. Of two paths that fit an address the earlier one answers. */
export const ENDPOINTS: readonly AnyEndpoint[] = [
  ...orderEndpoints,
  ...orderEditEndpoints,
  ...inventoryEndpoints,
  ...stockCommandEndpoints,
  ...fulfillmentEndpoints,
  ...returnEndpoints,
  ...notificationEndpoints,
  ...notificationTemplateEndpoints,
  ...catalogEndpoints,
  ...customerEndpoints,
  ...deviationEndpoints,
  ...operationEndpoints,
  ...auditEndpoints,
  ...liveEndpoints,
  ...authEndpoints,
  ...webhookEndpoints,
  ...reconciliationEndpoints,
  ...paymentMethodEndpoints,
  ...paymentEndpoints,
];
