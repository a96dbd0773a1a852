/* sample_people.c - who is made up, and what happens to them.
 *
 * Addresses are of a domain that nobody can have, so no letter ever reaches anybody. None of them
 * may anything here: who has looked at a request is a name, not a role.
 */
#include "services/sample/sample_parts.h"

#include <stddef.h>

const struct sample_person sample_people[SAMPLE_PEOPLE] = {
    {"anna.schmidt@sample.example", "Anna Schmidt", "client", "b2b", "en"},
    {"john.carter@sample.example", "John Carter", "client", "b2b", "en"},
    {"elka.novogodova@sample.example", "Ёлка Новогодова", "client", "b2b", "ru"},
    {"elena.eremeeva@sample.example", "Елена Еремеева", "client", "b2b", "ru"},
    {"igor.lapin@sample.example", "Игорь Лапин", "client", "b2b", "ru"},
    {"nina.sedova@sample.example", "Нина Седова", "client", "b2b", "ru"},
    {"oleg.krylov@sample.example", "Олег Крылов", "client", "b2b", "ru"},
    {"petr.semin@sample.example", "Пётр Сёмин", "employee", NULL, "ru"},
    {"maria.kim@sample.example", "Мария Ким", "employee", NULL, "ru"},
    {"barsik@sample.example", "Барсик Рыжов", "worker", "cat", "ru"},
    {"murka@sample.example", "Мурка Серова", "worker", "cat", "ru"},
    {"vaska@sample.example", "Васька Чёрный", "worker", "cat", "ru"},
};

#define COMPANY(name, inn, ogrn, address, city, settlement)                                        \
    "{\"company_name\": \"" name "\", \"company_form\": \"company\", \"inn\": \"" inn              \
    "\", \"kpp\": \"773601001\", \"ogrn\": \"" ogrn "\", \"address\": \"" address                  \
    "\", \"city\": \"" city "\", \"bic\": \"044525225\", \"bank_account\": \"" settlement "\"}"
#define CONTACT(name, phone, email)                                                                \
    "{\"contact_name\": \"" name "\", \"contact_phone\": \"" phone                                 \
    "\", \"contact_email\": \"" email "\"}"

/* Requests of business customers, each somewhere else. */
const struct sample_step sample_cases[SAMPLE_CASES][SAMPLE_STEPS_MAX] = {
    {
        {0, "b2b", "start", NULL},
    },
    {
        {1, "b2b", "start", NULL},
        {1, "b2b", "submit_company_form",
         COMPANY("ООО Северный ветер", "2390996035", "1082462819482", "Литейный проспект, 30",
                 "saint_petersburg", "40702810936995492315")},
    },
    {
        {2, "b2b", "start", NULL},
        {2, "b2b", "submit_company_form",
         COMPANY("ООО Три кота", "3199351815", "1909378657978", "улица Баумана, 7", "kazan",
                 "40702810402076900726")},
        {2, "b2b", "submit_contact_form",
         CONTACT("Нина Седова", "+79160000103", "office3@sample.example")},
        {2, "b2b", "submit_for_moderation", NULL},
    },
    {
        {3, "b2b", "start", NULL},
        {3, "b2b", "submit_company_form",
         COMPANY("ООО Лесная мастерская", "4231948752", "1749118625276", "улица Ленина, 41", "perm",
                 "40702810061061479454")},
        {3, "b2b", "submit_contact_form",
         CONTACT("Пётр Сомов", "+79160000104", "office4@sample.example")},
        {3, "b2b", "submit_for_moderation", NULL},
        {7, "admin", "claim", NULL},
    },
    {
        {4, "b2b", "start", NULL},
        {4, "b2b", "submit_company_form",
         COMPANY("ООО Маяк", "2895559799", "1711471049740", "улица Лесная, 3", "samara",
                 "40702810546175004984")},
        {4, "b2b", "submit_contact_form",
         CONTACT("Инна Белова", "+79160000105", "office5@sample.example")},
        {4, "b2b", "submit_for_moderation", NULL},
        {7, "admin", "return_for_changes",
         "{\"return_reason\": \"Адрес не полон: нет номера дома.\"}"},
    },
    {
        {5, "b2b", "start", NULL},
        {5, "b2b", "submit_company_form",
         COMPANY("ООО Зелёный чай", "6075291703", "1342366712764", "проспект Октября, 18", "ufa",
                 "40702810367195648172")},
        {5, "b2b", "submit_contact_form",
         CONTACT("Юрий Панин", "+79160000106", "office6@sample.example")},
        {5, "b2b", "submit_for_moderation", NULL},
        {7, "admin", "reject", "{\"comment\": \"Компании нет в реестре.\"}"},
    },
    {
        {6, "b2b", "start", NULL},
        {6, "b2b", "submit_company_form",
         COMPANY("ООО Гранит", "3684656322", "1122330792440", "улица Мира, 25", "omsk",
                 "40702810171974510976")},
        {6, "b2b", "submit_contact_form",
         CONTACT("Анна Лосева", "+79160000107", "office7@sample.example")},
        {6, "b2b", "cancel", NULL},
    },
};
