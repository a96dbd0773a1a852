/* status.c - the names and meanings of the one status list. */
#include "base/status.h"

#include "base/must.h"

static const struct {
    const char *name;
    bool may_retry;
    const char *text;
} rows[STATUS_COUNT] = {
#define X(name, retry, text) [STATUS_##name] = {#name, retry, text},
    STATUS_LIST(X)
#undef X
};

const char *status_name(enum status status)
{
    MUST((unsigned)status < STATUS_COUNT);
    return rows[status].name;
}

const char *status_text(enum status status)
{
    MUST((unsigned)status < STATUS_COUNT);
    return rows[status].text;
}

bool status_may_retry(enum status status)
{
    MUST((unsigned)status < STATUS_COUNT);
    return rows[status].may_retry;
}
