/* json_keys.c - whether a key stands twice in an object of many members. */
#include "base/arena.h"
#include "base/json/json_scan.h"
#include "base/must.h"

static int compare_keys(struct text left, struct text right)
{
    if (left.bytes != right.bytes) { /* any order will do, and this one is quick */
        return left.bytes < right.bytes ? -1 : 1;
    }
    return left.bytes == 0 ? 0 : memcmp(left.data, right.data, left.bytes);
}

/* Merges two sorted runs that stand side by side; true when a key stands in both. */
static bool merge(const struct json **from, size_t middle, size_t count, const struct json **to)
{
    size_t left = 0;
    size_t right = middle;
    for (size_t i = 0; i < count; i++) {
        int order = left == middle   ? 1
                    : right == count ? -1
                                     : compare_keys(from[left]->key, from[right]->key);
        if (order == 0) {
            return true;
        }
        to[i] = order < 0 ? from[left++] : from[right++];
    }
    return false;
}

/* Sorts the members by key (merging runs of 1, 2, 4...), which brings equal keys together; a hash
 * table would be quicker until somebody chooses the keys. */
bool json__has_duplicates(const struct json *object)
{
    const struct json **from = memory_take(2 * object->count * sizeof(struct json *));
    const struct json **to = from + object->count;
    const struct json **both = from;
    size_t filled = 0;
    for (const struct json *member = object->first; member != NULL; member = member->next) {
        from[filled++] = member;
    }
    MUST(filled == object->count);
    bool found = false;
    for (size_t run = 1; run < filled && !found; run *= 2) {
        for (size_t at = 0; at < filled && !found; at += 2 * run) {
            size_t count = filled - at < 2 * run ? filled - at : 2 * run;
            found = merge(from + at, count < run ? count : run, count, to + at);
        }
        const struct json **swapped = from;
        from = to;
        to = swapped;
    }
    memory_free(both);
    return found;
}
