import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";

/** A question that needs an answer before anything else. Escape and a click beside it close it. */
export function Ask(props: {
  open: boolean;
  onClose: () => void;
  title: string;
  description: ReactNode;
  children: ReactNode;
}) {
  return (
    <Dialog.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/45 transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup className="fixed inset-x-4 top-[max(1rem,12dvh)] z-50 mx-auto max-h-[80dvh] max-w-md overflow-y-auto rounded-xl border border-line bg-raised p-5 shadow-2xl transition-all data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0">
          <Dialog.Title className="text-base font-semibold">{props.title}</Dialog.Title>
          <Dialog.Description className="mt-1 text-[0.8125rem] text-muted">{props.description}</Dialog.Description>
          {props.children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
