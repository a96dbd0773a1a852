/* start_page.c - who I am, what waits for me, and what there is, as far as I may see it. */
#include "services/gateway/start_page.h"

#include "base/must.h"
#include "runtime/access.h"

static const char *const sizes[] = {"5", "20"};

static const struct dashboard_parameter parameters[] = {
    {.name = "size",
     .choices = sizes,
     .choice_count = COUNT_OF(sizes),
     .meaning = "How many of each list"},
};

static const struct dashboard_part parts[] = {
    {"me", "/api/profile"},
    {"unread", "/api/inbox/unread"},
    {"inbox", "/api/inbox?limit={size}"},
    {"people", "/api/users?limit={size}"},
    {"waiting_", "/api/doors/*"},
    {"cases_", "/api/cases/*?limit={size}"},
    {"workflows_", "/api/workflows/*"},
};

const struct dashboard start_pages[START_PAGE_COUNT] = {
    {
        .name = "start",
        .permission = PERMISSION_PERSON,
        .summary = "Who I am, what waits for me, and what there is, as far as I may see it",
        .parts = parts,
        .part_count = COUNT_OF(parts),
        .parameters = parameters,
        .parameter_count = COUNT_OF(parameters),
    },
};
