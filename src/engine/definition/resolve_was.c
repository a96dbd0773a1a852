/* resolve_was.c - what places and fields were called in the versions before. */
#include "engine/definition/resolve.h"

struct texts resolve__was(const struct resolver *resolver, const struct words *written)
{
    struct text *items = ARENA_ARRAY(resolver->arena, struct text, written->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < written->count; i++) {
        if (text_is_given(written->items[i].text)) { /* or somebody has complained */
            items[count++] = written->items[i].text;
        }
    }
    return (struct texts){items, count};
}

/* Was it said of something before this one? */
static bool is_taken(const struct words *const *lists, size_t list, size_t word)
{
    struct text name = lists[list]->items[word].text;
    for (size_t i = 0; i <= list; i++) {
        size_t count = i < list ? lists[i]->count : word;
        for (size_t k = 0; k < count; k++) {
            if (text_equals(lists[i]->items[k].text, name)) {
                return true;
            }
        }
    }
    return false;
}

void resolve__check_was(const struct resolver *resolver, const struct names *names,
                        const struct words *const *lists, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < lists[i]->count; k++) {
            const struct word *word = &lists[i]->items[k];
            if (!text_is_given(word->text)) {
                continue;
            }
            struct text quote = complaint_quote(resolver->complaints, word->text);
            int now = names_find(names, word->text);
            if (now != WORKFLOW_NOWHERE) {
                complain(resolver->complaints, word->at,
                         "\"was\": there is a %s \"%.*s\" now, in line %d", names->what,
                         TEXT_ARGS(quote), names->spots[now].line);
            } else if (is_taken(lists, i, k)) {
                complain(resolver->complaints, word->at, "\"was\": another %s was \"%.*s\" already",
                         names->what, TEXT_ARGS(quote));
            }
        }
    }
}
