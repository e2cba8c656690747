export function systemFault(machine: {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
}): string | undefined;
export function ensureInstalled(): void;
