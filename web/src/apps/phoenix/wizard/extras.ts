// extras.ts - what helps at single fields: the right keyboard on a phone, what a browser may fill in.
import { Extras } from '../../../pages/case/form';
import { tell } from '../words';

const digits = { inputMode: 'numeric', autocomplete: 'off' } as const;

export const EXTRAS = (): Extras => ({
  company_name: { more: { autocomplete: 'organization' } },
  inn: { more: digits, hint: tell('hint_inn') },
  kpp: { more: digits },
  ogrn: { more: digits, hint: tell('hint_ogrn') },
  address: { more: { autocomplete: 'street-address' }, hint: tell('hint_address') },
  bic: { more: digits, hint: tell('hint_bic') },
  bank_account: { more: digits, hint: tell('hint_account') },
  contact_name: { more: { autocomplete: 'name' } },
  contact_post: { more: { autocomplete: 'organization-title' } },
  contact_phone: { more: { autocomplete: 'tel', placeholder: '+7 495 500-55-50' } },
  contact_email: { more: { autocomplete: 'email' } },
});
