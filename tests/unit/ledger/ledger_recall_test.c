/* ledger_recall_test.c - what is recalled, and when all of it is forgotten. */
#include "ledger/ledger_recall.h"

#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024, MANY = 60000, ASKED_FIRST = 64 };

static struct store store; /* nobody asks it anything */
static struct arena *arena;
static struct recall *recall;
static struct id stamp;

/* Ids that differ in one of their bytes only, as those that somebody has numbered. */
static struct id number(int byte, uint32_t value)
{
    struct id id = {{0x01, 0x90}};
    for (int i = 0; i < 4; i++) {
        id.bytes[byte + i] = (uint8_t)(value >> (8 * i));
    }
    return id;
}

static struct ledger_account made(struct id id, int64_t credits)
{
    return (struct ledger_account){.id = id,
                                   .currency = TEXT("RUB"),
                                   .code = TEXT("person"),
                                   .least = LEDGER_NO_LIMIT,
                                   .most = 7,
                                   .credits = credits,
                                   .moves = 1};
}

static void keep(struct id id, int64_t credits)
{
    struct ledger_account account = made(id, credits);
    recall_keep(recall, &account);
}

/* -1: it is not recalled. */
static int64_t credits_of(struct id id)
{
    struct ledger_account found;
    return recall_find(recall, arena, id, &found) ? found.credits : -1;
}

static void leave_a_stamp(void)
{
    struct id next = recall_stamp(recall);
    CHECK(!id_is_none(next) && !id_equals(next, stamp));
    stamp = next;
    CHECK(id_is_none(recall_stamp(recall))); /* once in a transaction */
}

static void enter(struct id found)
{
    recall_enter(recall, &store, found, 5);
}

static void begin(void)
{
    arena = arena_create("recall", ARENA_BYTES_MAX);
    store = (struct store){.state = STORE_WRITING};
    stamp = (struct id){0};
    recall = recall_of(&store);
    CHECK(recall_of(&store) == recall);
    enter(stamp);
    leave_a_stamp();
}

static void end(void)
{
    memory_free(store.kept);
    arena_destroy(&arena);
}

static void an_account_is_recalled_as_it_was_left(void)
{
    begin();
    struct ledger_account found;
    keep(number(12, 1), 100);
    keep(number(12, 2), 200);
    keep(number(12, 1), 150);
    CHECK(recall_find(recall, arena, number(12, 1), &found));
    keep(number(12, 1), 170); /* what was found stays what it was */
    CHECK(id_equals(found.id, number(12, 1)));
    CHECK_INT(found.credits, 150);
    CHECK_INT(found.most, 7);
    CHECK_TEXT(found.currency, "RUB");
    CHECK_TEXT(found.code, "person");
    CHECK_INT(credits_of(number(12, 1)), 170);
    CHECK_INT(credits_of(number(12, 2)), 200);
    CHECK_INT(credits_of(number(12, 3)), -1);
    end();
}

static void with_his_own_stamp_nothing_is_forgotten(void)
{
    begin();
    keep(number(12, 1), 100);
    enter(stamp);
    CHECK_INT(recall_closed_before(recall), 5);
    CHECK_INT(credits_of(number(12, 1)), 100);
    leave_a_stamp();
    recall_close(recall, 6);
    CHECK_INT(recall_closed_before(recall), 6);
    enter(stamp);
    CHECK_INT(credits_of(number(12, 1)), 100);
    end();
}

static void with_another_stamp_all_is_forgotten(void)
{
    begin();
    keep(number(12, 1), 100);
    enter(id_new());
    CHECK_INT(credits_of(number(12, 1)), -1);
    keep(number(12, 1), 100);
    enter((struct id){0});
    CHECK_INT(credits_of(number(12, 1)), -1);
    keep(number(12, 1), 100);
    enter((struct id){0}); /* nobody's is not his own */
    CHECK_INT(credits_of(number(12, 1)), -1);
    end();
}

static void after_a_loss_all_is_forgotten(void)
{
    begin();
    keep(number(12, 1), 100);
    store.losses++;
    enter(stamp);
    CHECK_INT(credits_of(number(12, 1)), -1);
    keep(number(12, 1), 100);
    enter(stamp);
    CHECK_INT(credits_of(number(12, 1)), 100);
    end();
}

/* Whichever bytes tell them apart: of ten thousand nearly all, of sixty thousand never a wrong one.
 */
static void there_is_room_for_many(void)
{
    static const int bytes[] = {0, 4, 8, 12};
    for (size_t i = 0; i < COUNT_OF(bytes); i++) {
        int found = 0;
        begin();
        for (uint32_t n = 1; n <= 10000; n++) {
            keep(number(bytes[i], n), n);
        }
        for (uint32_t n = 1; n <= 10000; n++) {
            found += credits_of(number(bytes[i], n)) == n;
        }
        CHECK(found > 9500);
        for (uint32_t n = 10001; n <= MANY; n++) {
            keep(number(bytes[i], n), n);
        }
        found = 0;
        for (uint32_t n = 1; n <= MANY; n++) {
            int64_t credits = credits_of(number(bytes[i], n));
            CHECK(credits == -1 || credits == n);
            found += credits == n;
        }
        CHECK(found > 20000 && found < MANY);
        CHECK_INT(credits_of(number(bytes[i], MANY)), MANY);
        end();
    }
}

static void what_does_not_fit_is_not_kept(void)
{
    begin();
    struct ledger_account account = made(number(12, 1), 100);
    recall_keep(recall, &account);
    account.currency = TEXT("ROUBLES");
    account.credits = 200;
    recall_keep(recall, &account);
    CHECK_INT(credits_of(account.id), -1); /* and nothing older in its place */
    account = made(number(12, 1), 300);
    account.code = TEXT("a word of more than forty bytes, which nobody may give");
    recall_keep(recall, &account);
    CHECK_INT(credits_of(account.id), -1);
    end();
}

static void is_asked_for_a_while(void)
{
    for (int i = 0; i < ASKED_FIRST; i++) {
        CHECK(!recall_trusts(recall));
    }
    CHECK(recall_trusts(recall));
    CHECK(recall_trusts(recall));
}

static void who_has_reason_to_doubt_asks(void)
{
    begin();
    is_asked_for_a_while();
    enter(stamp);
    CHECK(recall_trusts(recall));
    recall_doubt(recall);
    is_asked_for_a_while();
    store.losses++;
    enter(stamp);
    is_asked_for_a_while();
    end();
}

static const struct test tests[] = {
    {.name = "an_account_is_recalled_as_it_was_left", .run = an_account_is_recalled_as_it_was_left},
    {.name = "with_his_own_stamp_nothing_is_forgotten",
     .run = with_his_own_stamp_nothing_is_forgotten},
    {.name = "with_another_stamp_all_is_forgotten", .run = with_another_stamp_all_is_forgotten},
    {.name = "after_a_loss_all_is_forgotten", .run = after_a_loss_all_is_forgotten},
    {.name = "there_is_room_for_many", .run = there_is_room_for_many},
    {.name = "what_does_not_fit_is_not_kept", .run = what_does_not_fit_is_not_kept},
    {.name = "who_has_reason_to_doubt_asks", .run = who_has_reason_to_doubt_asks},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
