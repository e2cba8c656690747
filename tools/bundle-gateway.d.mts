export function bundleGateway(outFile?: string): Promise<string>;
export function loadedAtStart(
  inputs: Readonly<
    Record<string, { readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[] }>
  >,
  entry: string,
  packages: readonly string[],
): string | undefined;
export function joined(loader: string, parts: { readonly program: string; readonly later: string }): string;
export function readLoader(): Promise<string>;
