"""onboarding.py - customers and staff of phoenix, and forms that are filled in rightly."""
from flow import Participant

COMPANY = {
    'company_name': 'ООО Ромашка', 'company_form': 'company', 'inn': '7707083893',
    'kpp': '773601001', 'ogrn': '1027700132195', 'address': 'Москва, улица Вавилова, 19',
    'city': 'moscow', 'bic': '044525225', 'bank_account': '40702810938000060473',
}
CONTACT = {'contact_name': 'Мария Иванова', 'contact_phone': '+74955005550',
           'contact_email': 'maria@example.org', 'contact_post': 'Директор'}


def account_for(bic, start='4070281000000000000'):
    """With a last digit that fits."""
    for last in range(10):
        digits = bic[6:9] + start + str(last)
        if sum(int(digit) * (7, 1, 3)[i % 3] for i, digit in enumerate(digits)) % 10 == 0:
            return start + str(last)
    raise ValueError(bic)


COMPANY['bank_account'] = account_for(COMPANY['bic'])


class Onboarding:
    """Participants of one phoenix. A customer has one open request at most."""

    def __init__(self, client):
        self.client = client
        self.moderator = self.staff('moderator')
        self.supervisor = self.staff('supervisor')
        self.support = self.staff('support')
        self.telemarketing = self.staff('telemarketing')

    def staff(self, role):
        return Participant(self.client, 'admin', 'phoenix', f'admin.{role}')

    def customer(self, who=None):
        return Participant(self.client, 'b2b', 'phoenix', who=who)

    def submitted(self, customer=None):
        """A customer whose request is in moderation, and its id."""
        customer = customer or self.customer()
        case = customer.do('start').json['case_id']
        customer.do('submit_company_form', COMPANY, case)
        customer.do('submit_contact_form', CONTACT, case)
        customer.do('submit_for_moderation', None, case)
        return customer, case

    def clients(self):
        return self.client.get('/api/phoenix/clients').json['items']


def places(answer):
    return [place['name'] for place in answer.json['case']['places']]
