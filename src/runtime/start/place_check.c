/* place_check.c - a bus inside one process does not reach the others: so it is said at the start.
 */
#include "runtime/start/place_check.h"

#include "base/must.h"

#include <string.h>

static bool is_here(const struct place_options *options, const char *name)
{
    for (size_t i = 0; i < options->here_count; i++) {
        if (strcmp(options->here[i]->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *teller_of(const struct place_options *options, const char *event)
{
    for (size_t i = 0; i < options->known_count; i++) {
        for (size_t j = 0; j < options->known[i]->event_count; j++) {
            if (strcmp(options->known[i]->events[j].name, event) == 0) {
                return options->known[i]->name;
            }
        }
    }
    must_failed(__FILE__, __LINE__, "runtime_check has found who tells this event");
}

static struct text complain(struct arena *arena, const char *name, const char *does,
                            const char *other)
{
    return text_format(arena,
                       "%s %s %s, which does not run here, and bus.kind=local does not leave this "
                       "process. Serve both in one process, or give bus.kind and bus.address.",
                       name, does, other);
}

static struct text check_one(struct arena *arena, const struct place_options *options,
                             const struct service *service)
{
    for (size_t i = 0; i < service->subscription_count; i++) {
        if (strcmp(service->subscriptions[i].event, SUBSCRIPTION_ALL) == 0) {
            continue; /* it hears whoever can be heard */
        }
        const char *teller = teller_of(options, service->subscriptions[i].event);
        if (!is_here(options, teller)) {
            return complain(arena, service->name, "listens to", teller);
        }
    }
    for (size_t i = 0; i < service->errand_count; i++) {
        if (!is_here(options, service->errands[i].service)) {
            return complain(arena, service->name, "sends commands to", service->errands[i].service);
        }
    }
    return NO_TEXT;
}

struct text place_check(struct arena *arena, const struct place_options *options)
{
    struct text complaint = NO_TEXT;
    for (size_t i = 0; i < options->here_count && complaint.data == NULL; i++) {
        complaint = check_one(arena, options, options->here[i]);
    }
    return complaint;
}
