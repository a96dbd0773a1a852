/* visitors_test.c - what is remembered of who came, for how long, and who cannot push it out. */
#include "runtime/front/visitors.h"

#include "tests/lib/check.h"

#include <string.h>

static const struct id anna = {{1}};
static const struct id boris = {{2}};
static const struct id none = {{0}};

static void hash_of(unsigned number, unsigned char hash_out[BADGE_HASH_BYTES])
{
    badge_hash((struct text){(const char *)&number, sizeof number}, hash_out);
}

static void keep(struct visitors *visitors, unsigned number, enum visitor_kind kind,
                 struct id person, struct id session)
{
    unsigned char hash[BADGE_HASH_BYTES];
    const struct caller caller = {.name = TEXT("x"), .person = person, .session = session};
    struct visitor *visitor = visitor_create(kind, kind == VISITOR_PERSON ? &caller : NULL);
    hash_of(number, hash);
    visitors_keep(visitors, hash, visitor, 1000, visitors_drops(visitors));
    visitor_release(visitor);
}

static bool knows(struct visitors *visitors, unsigned number, int64_t now_ms)
{
    unsigned char hash[BADGE_HASH_BYTES];
    hash_of(number, hash);
    struct visitor *visitor = visitors_find(visitors, hash, now_ms);
    if (visitor != NULL) {
        visitor_release(visitor);
    }
    return visitor != NULL;
}

static void remembers_until_its_time(void)
{
    struct visitors *visitors = visitors_create();
    keep(visitors, 1, VISITOR_PERSON, anna, none);
    CHECK(knows(visitors, 1, 0));
    CHECK(knows(visitors, 1, 999));
    CHECK(!knows(visitors, 1, 1000));
    CHECK(!knows(visitors, 2, 0));
    visitors_destroy(&visitors);
}

static void drops_whom_it_is_told(void)
{
    static const struct id first = {{7}};
    static const struct id second = {{8}};
    static const struct {
        struct id person;
        struct id session;
        bool left[4]; /* of Anna's two sessions, Boris's, and one who is blocked */
    } rows[] = {
        {{{1}}, {{0}}, {false, false, true, false}},  {{{1}}, {{7}}, {false, true, true, false}},
        {{{0}}, {{8}}, {true, false, true, false}},   {{{9}}, {{0}}, {true, true, true, false}},
        {{{0}}, {{0}}, {false, false, false, false}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct visitors *visitors = visitors_create();
        keep(visitors, 0, VISITOR_PERSON, anna, first);
        keep(visitors, 1, VISITOR_PERSON, anna, second);
        keep(visitors, 2, VISITOR_PERSON, boris, none);
        keep(visitors, 3, VISITOR_BLOCKED, none, none);
        visitors_drop(visitors, rows[i].person, rows[i].session);
        for (unsigned k = 0; k < 4; k++) {
            CHECK_INT(knows(visitors, k, 0), rows[i].left[k]);
        }
        visitors_destroy(&visitors);
    }
}

/* What was asked before the drop may say what was true before it. */
static void keeps_no_answer_that_was_on_its_way(void)
{
    unsigned char hash[BADGE_HASH_BYTES];
    struct visitors *visitors = visitors_create();
    struct visitor *visitor = visitor_create(VISITOR_UNKNOWN, NULL);
    hash_of(1, hash);
    unsigned long drops = visitors_drops(visitors);
    visitors_drop(visitors, anna, none);
    visitors_keep(visitors, hash, visitor, 1000, drops);
    CHECK(!knows(visitors, 1, 0));
    visitors_keep(visitors, hash, visitor, 1000, visitors_drops(visitors));
    CHECK(knows(visitors, 1, 0));
    visitor_release(visitor);
    visitors_destroy(&visitors);
}

/* Half a million guesses, and everybody who is known is still known. */
static void guesses_push_nobody_out(void)
{
    enum { PEOPLE = 1000, GUESSES = 500000 };
    struct visitors *visitors = visitors_create();
    for (unsigned i = 0; i < PEOPLE; i++) {
        keep(visitors, i, VISITOR_PERSON, anna, none);
    }
    for (unsigned i = 0; i < GUESSES; i++) {
        keep(visitors, PEOPLE + i, VISITOR_UNKNOWN, none, none);
    }
    unsigned known = 0;
    for (unsigned i = 0; i < PEOPLE; i++) {
        known += knows(visitors, i, 0);
    }
    CHECK_INT(known, PEOPLE);
    keep(visitors, PEOPLE + GUESSES, VISITOR_PERSON, boris, none); /* and there is room for one */
    CHECK(knows(visitors, PEOPLE + GUESSES, 0));
    visitors_destroy(&visitors);
}

static void a_visitor_outlives_his_entry(void)
{
    unsigned char hash[BADGE_HASH_BYTES];
    struct visitors *visitors = visitors_create();
    keep(visitors, 1, VISITOR_PERSON, anna, none);
    hash_of(1, hash);
    struct visitor *visitor = visitors_find(visitors, hash, 0);
    visitors_drop(visitors, none, none);
    visitors_destroy(&visitors);
    CHECK(id_equals(visitor->caller->person, anna));
    CHECK_TEXT(visitor->caller->name, "x");
    visitor_release(visitor);
}

static const struct test tests[] = {
    {"remembers_until_its_time", remembers_until_its_time, 0},
    {"drops_whom_it_is_told", drops_whom_it_is_told, 0},
    {"keeps_no_answer_that_was_on_its_way", keeps_no_answer_that_was_on_its_way, 0},
    {"guesses_push_nobody_out", guesses_push_nobody_out, 0},
    {"a_visitor_outlives_his_entry", a_visitor_outlives_his_entry, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
