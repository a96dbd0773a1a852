/* zone_file.c - a TZif file (RFC 9636): every count and index in it is taken for a lie first. */
#include "base/must.h"
#include "base/zone/zone_parts.h"

#include <string.h>

enum {
    HEADER_BYTES = 44,
    COUNTS_AT = 20,
    KIND_BYTES = 6, /* offset, is it summer, where its abbreviation starts */
};

struct bytes {
    const unsigned char *next;
    size_t left;
};

/* The numbers of the header, in its order. */
struct counts {
    uint32_t ut_flags;
    uint32_t standard_flags;
    uint32_t leaps;
    uint32_t changes;
    uint32_t kinds;
    uint32_t letters;
};

static const unsigned char *take(struct bytes *bytes, uint64_t count)
{
    if (count > bytes->left) {
        return NULL;
    }
    const unsigned char *taken = bytes->next;
    bytes->next += count;
    bytes->left -= (size_t)count;
    return taken;
}

static uint64_t number_at(const unsigned char *bytes, size_t count)
{
    MUST(count <= sizeof(uint64_t));
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

static const char *take_header(struct bytes *bytes, struct counts *counts_out)
{
    const unsigned char *header = take(bytes, HEADER_BYTES);
    if (header == NULL || memcmp(header, "TZif", 4) != 0) {
        return "it is no time zone file";
    }
    if (header[4] < '2') {
        return "its format is older than version 2";
    }
    uint32_t numbers[6];
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        numbers[i] = (uint32_t)number_at(header + COUNTS_AT + 4 * i, 4);
    }
    *counts_out =
        (struct counts){numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]};
    return NULL;
}

/* The bytes behind the kinds: letters of abbreviations, leap seconds, flags. */
static uint64_t rest_bytes(const struct counts *counts, size_t time_bytes)
{
    return (uint64_t)counts->letters + (uint64_t)counts->leaps * (time_bytes + 4) +
           counts->standard_flags + counts->ut_flags;
}

static const char *check_counts(const struct counts *counts)
{
    if (counts->leaps > 0) {
        return "it counts leap seconds";
    }
    if (counts->kinds == 0 || counts->kinds > 256 || counts->letters == 0 ||
        counts->changes > ZONE_CHANGES_MAX) {
        return "a count in its header is out of range";
    }
    if ((counts->ut_flags != 0 && counts->ut_flags != counts->kinds) ||
        (counts->standard_flags != 0 && counts->standard_flags != counts->kinds)) {
        return "the counts in its header contradict each other";
    }
    return NULL;
}

static const char *read_offsets(const unsigned char *kinds, const struct counts *counts,
                                int32_t *offsets_out)
{
    for (size_t i = 0; i < counts->kinds; i++) {
        const unsigned char *kind = kinds + i * KIND_BYTES;
        uint32_t bits = (uint32_t)number_at(kind, 4);
        memcpy(&offsets_out[i], &bits, sizeof bits);
        if (offsets_out[i] < ZONE_OFFSET_MIN_S || offsets_out[i] > ZONE_OFFSET_MAX_S) {
            return "an offset is longer than a day";
        }
        if (kind[4] > 1 || kind[5] >= counts->letters) {
            return "a kind of time is damaged";
        }
    }
    return NULL;
}

static const char *read_changes(struct arena *arena, const unsigned char *times,
                                const unsigned char *kind_indexes, const unsigned char *kinds,
                                const struct counts *counts, struct zone *zone_out)
{
    int32_t offsets_of_kinds[256];
    const char *wrong = read_offsets(kinds, counts, offsets_of_kinds);
    if (wrong != NULL) {
        return wrong;
    }
    int64_t *changes_s = ARENA_ARRAY(arena, int64_t, counts->changes + 1);
    int32_t *offsets_s = ARENA_ARRAY(arena, int32_t, counts->changes + 1);
    offsets_s[0] = offsets_of_kinds[0];
    for (size_t i = 0; i < counts->changes; i++) {
        uint64_t bits = number_at(times + 8 * i, 8);
        memcpy(&changes_s[i], &bits, sizeof bits);
        if (i > 0 && changes_s[i] <= changes_s[i - 1]) {
            return "its changes are not in the order of time";
        }
        if (kind_indexes[i] >= counts->kinds) {
            return "a change leads to a kind of time that is not there";
        }
        offsets_s[i + 1] = offsets_of_kinds[kind_indexes[i]];
    }
    zone_out->change_count = counts->changes;
    zone_out->changes_s = changes_s;
    zone_out->offsets_s = offsets_s;
    return NULL;
}

static const char *read_footer(const struct bytes *bytes, struct zone_rule *rule_out)
{
    struct text footer = {(const char *)bytes->next, bytes->left};
    if (footer.bytes < 2 || footer.data[0] != '\n' || footer.data[footer.bytes - 1] != '\n') {
        return "its last line is missing";
    }
    if (!zone__read_rule(text_slice(footer, 1, footer.bytes - 1), rule_out)) {
        return "the rule in its last line cannot be read";
    }
    return NULL;
}

const char *zone__read_file(struct arena *arena, struct text file, struct zone *zone_out)
{
    MUST(arena_has_room(arena, ZONE_BYTES_MAX));
    struct bytes bytes = {(const unsigned char *)file.data, file.bytes};
    struct counts counts;
    const char *wrong = take_header(&bytes, &counts);
    if (wrong != NULL) {
        return wrong;
    }
    /* The first part has times of 32 bits and is for readers of the last century. */
    uint64_t old_bytes = (uint64_t)counts.changes * 5 + (uint64_t)counts.kinds * KIND_BYTES;
    if (take(&bytes, old_bytes + rest_bytes(&counts, 4)) == NULL) {
        return "it ends too early";
    }
    if ((wrong = take_header(&bytes, &counts)) != NULL || (wrong = check_counts(&counts)) != NULL) {
        return wrong;
    }
    const unsigned char *times = take(&bytes, (uint64_t)counts.changes * 8);
    const unsigned char *indexes = take(&bytes, counts.changes);
    const unsigned char *kinds = take(&bytes, (uint64_t)counts.kinds * KIND_BYTES);
    const unsigned char *rest = take(&bytes, rest_bytes(&counts, 8));
    if (times == NULL || indexes == NULL || kinds == NULL || rest == NULL) {
        return "it ends too early";
    }
    wrong = read_changes(arena, times, indexes, kinds, &counts, zone_out);
    return wrong != NULL ? wrong : read_footer(&bytes, &zone_out->rule);
}
