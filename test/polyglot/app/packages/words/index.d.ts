export function reverse(text: string): string;
