import { installTrust } from "./page/trust";

interface SwaggerOptions {
  url: string;
  domNode: HTMLElement;
  deepLinking: boolean;
}

declare const SwaggerUIBundle: (options: SwaggerOptions) => void;

installTrust();
const root = document.querySelector<HTMLElement>("#api");
if (root)
  SwaggerUIBundle({ url: root.dataset.url ?? "/openapi.json", domNode: root, deepLinking: true });
