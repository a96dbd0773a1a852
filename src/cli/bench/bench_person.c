/* bench_person.c - people to measure with. */
#include "cli/bench/bench_person.h"

#include <stdio.h>
#include <string.h>

#define FIRST_WALL_MS 1767225600000U /* 1 January 2026 */

enum { PEOPLE_IN_A_MS = 100 };

struct name {
    const char *latin;
    const char *written;
};

static const struct name first_names[] = {
    {"anna", "Анна"},
    {"boris", "Борис"},
    {"vera", "Вера"},
    {"gleb", "Глеб"},
    {"daria", "Дарья"},
    {"egor", "Егор"},
    {"zhanna", "Жанна"},
    {"zahar", "Захар"},
    {"irina", "Ирина"},
    {"kirill", "Кирилл"},
    {"larisa", "Лариса"},
    {"maxim", "Максим"},
    {"nina", "Нина"},
    {"oleg", "Олег"},
    {"polina", "Полина"},
    {"roman", "Роман"},
    {"sofia", "София"},
    {"timur", "Тимур"},
    {"ulyana", "Ульяна"},
    {"fedor", "Фёдор"},
    {"emma", "Emma"},
    {"james", "James"},
    {"olivia", "Olivia"},
    {"peter", "Peter"},
    {"yana", "Яна"},
    {"yuri", "Юрий"},
    {"elena", "Елена"},
    {"stepan", "Степан"},
    {"valentina", "Валентина"},
    {"arkady", "Аркадий"},
    {"margarita", "Маргарита"},
    {"ilya", "Илья"},
};

static const struct name last_names[] = {
    {"abramenko", "Абраменко"},  {"belova", "Белова"},      {"vinograd", "Виноград"},
    {"gagarina", "Гагарина"},    {"dubrovin", "Дубровин"},  {"evans", "Evans"},
    {"zhukova", "Жукова"},       {"zimin", "Зимин"},        {"ivanchuk", "Иванчук"},
    {"kovalenko", "Коваленко"},  {"lebedeva", "Лебедева"},  {"morozov", "Морозов"},
    {"nikitina", "Никитина"},    {"orlov", "Орлов"},        {"petrenko", "Петренко"},
    {"rybakova", "Рыбакова"},    {"smirnov", "Смирнов"},    {"tarasova", "Тарасова"},
    {"ushakov", "Ушаков"},       {"fisher", "Fisher"},      {"hohlova", "Хохлова"},
    {"tsvetkov", "Цветков"},     {"chernova", "Чернова"},   {"shubin", "Шубин"},
    {"yakovlev", "Яковлев"},     {"young", "Young"},        {"kuznets", "Кузнец"},
    {"melnik", "Мельник"},       {"bondar", "Бондарь"},     {"tkach", "Ткач"},
    {"goncharova", "Гончарова"}, {"stolyarov", "Столяров"},
};

static const struct {
    struct text type;
    struct text role;
} kinds[] = {
    {{"client", 6}, {"customer", 8}},
    {{"client", 6}, {"customer", 8}},
    {{"worker", 6}, {"performer", 9}},
    {{"employee", 8}, {"manager", 7}},
};

/* splitmix64: different numbers give different results, whatever their order. */
static uint64_t mix(uint64_t number)
{
    uint64_t mixed = number + 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
}

static char *put(char *out, const char *c_string)
{
    size_t bytes = strlen(c_string);
    memcpy(out, c_string, bytes);
    return out + bytes;
}

/* All 64 bits, so that two people never have one address. */
static char *put_mixed(char *out, uint64_t mixed)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    for (int i = 0; i < 13; i++) {
        *out++ = digits[mixed & 31];
        mixed >>= 5;
    }
    MUST(mixed == 0);
    return out;
}

void bench_person_make(uint64_t number, struct bench_person *person_out)
{
    uint64_t mixed = mix(number);
    const struct name *first = &first_names[mixed % COUNT_OF(first_names)];
    const struct name *last = &last_names[(mixed >> 8) % COUNT_OF(last_names)];
    size_t kind = (mixed >> 16) % COUNT_OF(kinds);

    char *end = put(person_out->email, first->latin);
    end = put(put(end, "."), last->latin);
    end = put(put_mixed(put(end, "."), mixed), "@example.com");
    *end = '\0';
    MUST(end < person_out->email + sizeof person_out->email);

    end = put(put(put(person_out->full_name, first->written), " "), last->written);
    *end = '\0';
    MUST(end < person_out->full_name + sizeof person_out->full_name);

    end = put(person_out->phone, "+79");
    uint64_t digits = mixed >> 24;
    for (int i = 0; i < 9; i++) {
        *end++ = (char)('0' + digits % 10);
        digits /= 10;
    }
    *end = '\0';
    person_out->type = kinds[kind].type;
    person_out->role = kinds[kind].role;
}

size_t bench_person_write(const struct bench_person *person, char body_out[PERSON_BODY_BYTES_MAX])
{
    char *end = put(put(body_out, "{\"email\":\""), person->email);
    end = put(put(end, "\",\"full_name\":\""), person->full_name);
    end = put(put(end, "\",\"type\":\""), person->type.data);
    end = put(put(end, "\",\"roles\":[\""), person->role.data);
    end = put(put(end, "\"],\"activated\":true,\"phone\":\""), person->phone);
    end = put(end, "\",\"locale\":\"ru\"}");
    size_t bytes = (size_t)(end - body_out);
    MUST(bytes < PERSON_BODY_BYTES_MAX);
    return bytes;
}

/* As an UUIDv7 would be: milliseconds first, a hundred people in each. */
static struct id make_id(uint64_t number)
{
    struct id id = {{0}};
    uint64_t wall_ms = FIRST_WALL_MS + number / PEOPLE_IN_A_MS;
    uint64_t mixed = mix(number);
    for (int i = 0; i < 6; i++) {
        id.bytes[i] = (uint8_t)(wall_ms >> (40 - 8 * i));
    }
    id.bytes[6] = 0x70;
    id.bytes[7] = (uint8_t)(number % PEOPLE_IN_A_MS);
    for (int i = 8; i < ID_BYTES; i++) {
        id.bytes[i] = (uint8_t)mixed;
        mixed >>= 8;
    }
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

struct user bench_person_user(struct arena *arena, uint64_t number)
{
    struct bench_person *person = ARENA_NEW(arena, struct bench_person);
    struct text *role = ARENA_NEW(arena, struct text);
    bench_person_make(number, person);
    *role = person->role;
    struct user_input input = {
        .email = text_of(person->email),
        .full_name = text_of(person->full_name),
        .type = person->type,
        .roles = {role, 1},
        .activated = true,
        .phone = text_of(person->phone),
        .locale = TEXT("ru"),
    };
    return user_new(&input, make_id(number), (int64_t)(FIRST_WALL_MS + number / PEOPLE_IN_A_MS));
}
