export function bundleGateway(outFile?: string): Promise<string>;
export function joined(loader: string, program: string): string;
export function readLoader(): Promise<string>;
