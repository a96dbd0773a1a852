// money.ts - sums in minor units, as a reader writes them.
import { language } from '../../app/words';

const MINOR = 100;

function written(minor: number, currency: string, sign: 'auto' | 'exceptZero'): string {
  return new Intl.NumberFormat(language(), {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    signDisplay: sign,
    minimumFractionDigits: minor % MINOR === 0 ? 0 : 2,
  }).format(minor / MINOR);
}

/** "$32" */
export const sum = (minor: number, currency: string) => written(minor, currency, 'auto');

/** "+$32": what is given or taken. */
export const change = (minor: number, currency: string) => written(minor, currency, 'exceptZero');

export function toneOf(minor: number): 'good' | 'bad' | undefined {
  return minor > 0 ? 'good' : minor < 0 ? 'bad' : undefined;
}
