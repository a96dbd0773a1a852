// checks.ts - what the numbers of a request say of each other. Check digits are the server's, and were
// right when it was submitted; here is what only a person can judge. Nothing of it decides anything.
import { Values } from '../../../app/flow';

export type Verdict = 'good' | 'look';
export interface Check {
  name: CheckName;
  verdict: Verdict;
  fields: string[]; // which of them it is about
  values?: Record<string, string>;
}
export type CheckName = 'digits' | 'inn_region' | 'kpp_office' | 'ogrn_kind' | 'ogrn_year' | 'account_kind' | 'mailbox' | 'address_city';

// The first two digits of an INN are the region of its tax office.
const REGIONS: Record<string, string[]> = {
  moscow: ['77', '97', '99'], saint_petersburg: ['78'], novosibirsk: ['54'], yekaterinburg: ['66'], kazan: ['16'], nizhny_novgorod: ['52'],
  chelyabinsk: ['74'], krasnoyarsk: ['24'], samara: ['63'], ufa: ['02'], rostov_on_don: ['61'], omsk: ['55'], krasnodar: ['23'],
  voronezh: ['36'], perm: ['59'], volgograd: ['34'],
};
const PUBLIC_MAIL = ['gmail.com', 'mail.ru', 'yandex.ru', 'ya.ru', 'bk.ru', 'inbox.ru', 'list.ru', 'rambler.ru', 'outlook.com', 'hotmail.com', 'icloud.com'];
const YOUNG_YEARS = 1;

const judge = (isGood: boolean): Verdict => (isGood ? 'good' : 'look');

function checkInnRegion({ inn, city }: Values): Check | null {
  const regions = REGIONS[city];
  if (!inn || !regions) return null;
  return { name: 'inn_region', verdict: judge(regions.includes(inn.slice(0, 2))), fields: ['inn', 'city'], values: { region: inn.slice(0, 2) } };
}

function checkKpp({ inn, kpp, company_form: form }: Values): Check | null {
  if (!inn || !kpp || form === 'entrepreneur') return null;
  return { name: 'kpp_office', verdict: judge(inn.slice(0, 2) === kpp.slice(0, 2)), fields: ['kpp'], values: { inn: inn.slice(0, 4), kpp: kpp.slice(0, 4) } };
}

function checkOgrnKind({ ogrn, company_form: form }: Values): Check | null {
  if (!ogrn) return null;
  const isPerson = ogrn.startsWith('3');
  return { name: 'ogrn_kind', verdict: judge(isPerson === (form === 'entrepreneur')), fields: ['ogrn'] };
}

/** Registered this year or the last: no reason to refuse, one to look. */
function checkOgrnYear({ ogrn }: Values, now: Date): Check | null {
  if (!ogrn) return null;
  const year = 2000 + Number(ogrn.slice(1, 3));
  return { name: 'ogrn_year', verdict: judge(now.getFullYear() - year > YOUNG_YEARS), fields: ['ogrn'], values: { year: String(year) } };
}

/** 407.. is a business' account, 40802 that of an entrepreneur, 40817 somebody's own. */
function checkAccount({ bank_account: account, company_form: form }: Values): Check | null {
  if (!account) return null;
  const isRight = form === 'entrepreneur' ? account.startsWith('40802') : /^40[5-7]/.test(account);
  return { name: 'account_kind', verdict: judge(isRight), fields: ['bank_account'], values: { kind: account.slice(0, 5) } };
}

function checkMailbox({ contact_email: email }: Values): Check | null {
  if (!email) return null;
  const host = String(email).split('@').at(-1)!.toLowerCase();
  return { name: 'mailbox', verdict: judge(!PUBLIC_MAIL.includes(host)), fields: ['contact_email'], values: { host } };
}

function checkAddress({ address, city }: Values, cityName: string): Check | null {
  if (!address || !city) return null;
  const isNamed = address.toLowerCase().includes(cityName.toLowerCase());
  return { name: 'address_city', verdict: judge(isNamed), fields: ['address', 'city'], values: { city: cityName } };
}

/** What must be looked at comes first. `cityName` is what the reader calls the city in Russian: so addresses are written. */
export function checksOf(values: Values, cityName: string, now = new Date()): Check[] {
  const isSubmitted = values.submitted_at != null;
  const all = [
    isSubmitted ? { name: 'digits', verdict: 'good', fields: [] } satisfies Check : null,
    checkInnRegion(values), checkKpp(values), checkOgrnKind(values), checkOgrnYear(values, now), checkAccount(values),
    checkAddress(values, cityName), checkMailbox(values),
  ].filter((check) => check !== null);
  return [...all.filter(({ verdict }) => verdict === 'look'), ...all.filter(({ verdict }) => verdict === 'good')];
}
