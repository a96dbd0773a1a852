/* upstreams_test.c - addresses that are set, found and gone, and who serves which version: E14. */
#include "runtime/front/upstreams_found.h"

#include "base/log.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

static struct arena *arena;
static struct upstreams *upstreams;

static struct upstream *begin(const char *list)
{
    struct text error = NO_TEXT;
    arena = arena_create("test", 1024 * 1024);
    CHECK_STATUS(
        upstreams_read(
            &(struct upstreams_options){.arena = arena, .upstreams = text_of(list), .finds = true},
            &upstreams, &error),
        STATUS_OK);
    return upstreams_find(upstreams, TEXT("crm"));
}

static void end(void)
{
    upstreams_forget_found(upstreams);
    arena_destroy(&arena);
}

static bool hear(struct upstream *upstream, const char *url, const char *versions, int64_t until_ms)
{
    return upstream_hear(upstream, &(struct heard_address){.by = FOUND_IN_REGISTRY,
                                                           .url = text_of(url),
                                                           .versions = text_of(versions),
                                                           .until_ms = until_ms});
}

/* The last letters of all who are chosen for a version: "12". */
static const char *chosen(struct upstream *upstream, const char *version)
{
    static char letters[UPSTREAM_ADDRESSES_MAX + 1];
    bool is_there[256] = {false};
    uint32_t tried = 0;
    size_t count = 0;
    struct upstream_address *address;
    while ((address = upstream_choose(upstream, text_of(version), &tried)) != NULL) {
        const char *url = address->unix_socket ? address->unix_socket : address->url;
        is_there[(unsigned char)url[strlen(url) - 1]] = true;
    }
    for (size_t i = 0; i < sizeof is_there; i++) {
        if (is_there[i]) {
            letters[count++] = (char)i;
        }
    }
    letters[count] = '\0';
    return letters;
}

static void found_ones_come_and_go(void)
{
    struct upstream *crm = begin("crm=http://a:1");
    CHECK(hear(crm, "http://a:2", NULL, 100));
    CHECK(hear(crm, "unix:/run/3", NULL, 200));
    CHECK(hear(crm, "http://a:1", NULL, 200)); /* it is set, and stands there once */
    CHECK_TEXT(text_of(chosen(crm, NULL)), "123");
    upstream_let_go(crm, FOUND_BY_CONSUL, 1000);
    CHECK_TEXT(text_of(chosen(crm, NULL)), "123");
    upstream_let_go(crm, FOUND_IN_REGISTRY, 100);
    CHECK_TEXT(text_of(chosen(crm, NULL)), "13");
    upstream_let_leave(crm, FOUND_IN_REGISTRY, TEXT("unix:/run/3"));
    CHECK_TEXT(text_of(chosen(crm, NULL)), "1");
    CHECK(hear(crm, "http://a:2", NULL, 300));
    CHECK_TEXT(text_of(chosen(crm, NULL)), "12");
    upstream_let_go(crm, FOUND_IN_REGISTRY, 1000);
    upstream_let_leave(crm, FOUND_IN_REGISTRY, TEXT("http://a:1"));
    CHECK_TEXT(text_of(chosen(crm, NULL)), "1"); /* what is set stays */
    end();
}

static void versions_are_served_where_they_are(void)
{
    struct upstream *crm = begin("crm=http://a:1#v1,http://a:2#v1+v2");
    CHECK_TEXT(text_of(chosen(crm, "v1")), "12");
    CHECK_TEXT(text_of(chosen(crm, "v2")), "2");
    CHECK_TEXT(text_of(chosen(crm, "v3")), "");
    CHECK_TEXT(text_of(chosen(crm, NULL)), "12");
    end();
    crm = begin("crm");
    CHECK(hear(crm, "http://a:1", "feeding.1+leave.1", 100));
    CHECK(hear(crm, "http://a:2", "feeding.1+feeding.2", 100));
    CHECK(hear(crm, "http://a:3", "3", 100));
    CHECK_TEXT(text_of(chosen(crm, "feeding.1")), "12");
    CHECK_TEXT(text_of(chosen(crm, "feeding.2")), "2");
    CHECK_TEXT(text_of(chosen(crm, "leave.1")), "1");
    CHECK_TEXT(text_of(chosen(crm, "2")), "2");         /* of whichever */
    CHECK_TEXT(text_of(chosen(crm, "feeding.3")), "3"); /* it serves 3 of all */
    CHECK_TEXT(text_of(chosen(crm, "feeding.9")), "123");
    CHECK(hear(crm, "http://a:4", NULL, 100));
    CHECK_TEXT(text_of(chosen(crm, "feeding.9")), "4"); /* it may have any */
    end();
}

static void there_is_an_end_to_what_is_kept(void)
{
    struct upstream *crm = begin("crm");
    char url[64];
    int taken = 0;
    for (int i = 0; i < UPSTREAM_FOUND_MAX + 10; i++) {
        snprintf(url, sizeof url, "http://a:%d", i + 1);
        taken += hear(crm, url, NULL, 100);
        upstream_let_go(crm, FOUND_IN_REGISTRY, 1000);
    }
    CHECK_INT(taken, UPSTREAM_FOUND_MAX);
    CHECK(hear(crm, "http://a:7", NULL, 100)); /* one that was known */
    for (int i = 0; i < UPSTREAM_ADDRESSES_MAX + 2; i++) {
        snprintf(url, sizeof url, "http://a:%d", i + 1);
        bool is_taken = hear(crm, url, NULL, 100);
        CHECK(is_taken || i >= UPSTREAM_ADDRESSES_MAX - 1);
    }
    end();
}

static void what_is_no_address_is_not_taken(void)
{
    static const char *const wrong[] = {"",           "a:1",        "http://",
                                        "http://a/x", "http://u@a", "ftp://a",
                                        "unix:/",     "http://a b", "http://a\n"};
    struct upstream *crm = begin("crm");
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK(!hear(crm, wrong[i], NULL, 100));
    }
    end();
}

static const struct test tests[] = {
    {"found_ones_come_and_go", found_ones_come_and_go, 0},
    {"versions_are_served_where_they_are", versions_are_served_where_they_are, 0},
    {"there_is_an_end_to_what_is_kept", there_is_an_end_to_what_is_kept, 0},
    {"what_is_no_address_is_not_taken", what_is_no_address_is_not_taken, 0},
};

int main(int argc, char **argv)
{
    log_threshold(LOG_NOTHING);
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
