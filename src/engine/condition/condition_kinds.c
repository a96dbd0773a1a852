/* condition_kinds.c - which kinds fit together, and the sentence when they do not.
 *
 * Nothing is converted, with one exception: a literal text takes the kind of what it stands beside
 * ('2026-03-01' beside a date is a date), and a member of an object the kind that is asked of it.
 */
#include "base/clock.h"
#include "base/date.h"
#include "engine/condition/condition_parts.h"

#include <string.h>

enum { SHOWN_BYTES_MAX = 40 };

static const char *const kind_names[CONDITION_KIND_COUNT] = {
#define X(constant, name) [CONDITION_##constant] = (name),
    CONDITION_KIND_LIST(X)
#undef X
};

const char *condition__kind_name(enum condition_kind kind)
{
    MUST((unsigned)kind < CONDITION_KIND_COUNT);
    return kind_names[kind];
}

/* ---- sentences ---- */

/* The node as it stands in the text; a long one is cut, between letters. */
static struct text shown(struct reader *reader, const struct node *node)
{
    struct text text = text_trim(text_slice(reader->source->text, node->from, node->to));
    if (text.bytes <= SHOWN_BYTES_MAX) {
        return text;
    }
    return text_join(reader->arena, text_start(text, SHOWN_BYTES_MAX), TEXT("..."));
}

static bool is_null_literal(const struct node *node)
{
    return node->shape == NODE_LITERAL && node->literal.kind == VALUE_NULL;
}

static bool is_text_literal(const struct node *node)
{
    return node->shape == NODE_LITERAL && node->literal.kind == VALUE_TEXT;
}

/* "a number, an amount of money or a text" */
static struct text kinds_name(struct reader *reader, unsigned kinds)
{
    struct text name = TEXT("");
    for (unsigned i = 0; i < CONDITION_ANY; i++) {
        if (condition__is_in(kinds, (enum condition_kind)i)) {
            unsigned rest = kinds >> (i + 1);
            const char *joint = name.bytes == 0 ? "" : rest == 0 ? " or " : ", ";
            name = text_format(reader->arena, "%.*s%s%s", TEXT_ARGS(name), joint, kind_names[i]);
        }
    }
    return name;
}

static bool refuse_kind(struct reader *reader, const struct node *node, unsigned kinds,
                        const char *who)
{
    struct text name = kinds_name(reader, kinds);
    struct text text = shown(reader, node);
    return condition__refuse(reader, node->from,
                             text_format(reader->arena, "%s takes %.*s, and %.*s is %s", who,
                                         TEXT_ARGS(name), TEXT_ARGS(text), kind_names[node->kind]));
}

/* ---- literals that become what they stand beside ---- */

bool condition__read_date(struct text text, int64_t *days_out)
{
    struct text digits[3] = {text_slice(text, 0, 4), text_slice(text, 5, 7),
                             text_slice(text, 8, 10)};
    int numbers[3] = {0};
    if (text.bytes != 10 || text.data[4] != '-' || text.data[7] != '-') {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < digits[i].bytes; j++) {
            char digit = digits[i].data[j];
            if (digit < '0' || digit > '9') {
                return false;
            }
            numbers[i] = numbers[i] * 10 + (digit - '0');
        }
    }
    struct date date = {.year = numbers[0], .month = numbers[1], .day = numbers[2]};
    if (!date_is_real(date)) {
        return false;
    }
    *days_out = date_to_days(date);
    return true;
}

static const char *convert(struct node *node, enum condition_kind kind)
{
    int64_t number = 0;
    struct id id;
    if (kind == CONDITION_ID) {
        if (!id_read(node->written, &id)) {
            return "is no id, such as '01890a5d-ac96-774b-bcce-b302099a8057'";
        }
        node->literal = (struct value){.kind = VALUE_ID, .id = id};
    } else if (kind == CONDITION_DATE) {
        if (!condition__read_date(node->written, &number)) {
            return "is no date, such as '2026-03-31'";
        }
        node->literal = (struct value){.kind = VALUE_INTEGER, .integer = number};
    } else {
        if (!clock_read(node->written, &number)) {
            return "is no time, such as '2026-03-31T09:00:00Z'";
        }
        node->literal = (struct value){.kind = VALUE_INTEGER, .integer = number};
    }
    node->kind = kind;
    return NULL;
}

static bool may_become(const struct node *node, enum condition_kind kind)
{
    return is_text_literal(node) &&
           (kind == CONDITION_ID || kind == CONDITION_DATE || kind == CONDITION_TIME);
}

static bool become(struct reader *reader, struct node *node, enum condition_kind kind)
{
    if (node->kind == CONDITION_ANY) {
        node->kind = kind; /* null, or a member */
        return true;
    }
    if (may_become(node, kind)) {
        const char *why = convert(node, kind);
        struct text text = shown(reader, node);
        return why == NULL ||
               condition__refuse(reader, node->from,
                                 text_format(reader->arena, "%.*s %s", TEXT_ARGS(text), why));
    }
    return true;
}

/* What a null or a member becomes where several kinds are possible. */
static enum condition_kind likely_kind(unsigned kinds)
{
    static const enum condition_kind likely[] = {CONDITION_INTEGER, CONDITION_TIME,
                                                 CONDITION_TEXT,    CONDITION_FLAG,
                                                 CONDITION_ID,      CONDITION_TEXTS};
    for (size_t i = 0; i < COUNT_OF(likely); i++) {
        if (condition__is_in(kinds, likely[i])) {
            return likely[i];
        }
    }
    return CONDITION_OBJECT;
}

bool condition__ask(struct reader *reader, struct node *node, unsigned kinds, const char *who)
{
    if (node->kind == CONDITION_ANY) {
        return become(reader, node, likely_kind(kinds));
    }
    if (condition__is_in(kinds, node->kind)) {
        return true;
    }
    unsigned moments = kinds & KINDS_MOMENTS;
    if (is_text_literal(node) && moments != 0) {
        bool is_date = (moments & KIND(DATE)) != 0 && node->written.bytes <= 10;
        return become(reader, node, is_date ? CONDITION_DATE : CONDITION_TIME);
    }
    return refuse_kind(reader, node, kinds, who);
}

/* ---- nodes that must be of one kind ---- */

/* Who decides: what is of a certain kind, before what can take another's. */
static int rank(const struct node *node)
{
    return node->kind == CONDITION_ANY ? 0 : is_text_literal(node) ? 1 : 2;
}

static const struct node *leader_of(struct node *const *nodes, size_t count)
{
    const struct node *leader = nodes[0];
    for (size_t i = 1; i < count; i++) {
        bool is_money = nodes[i]->kind == CONDITION_MONEY && leader->kind == CONDITION_INTEGER;
        bool is_coined = nodes[i]->kind == CONDITION_MONEY && leader->kind == CONDITION_MONEY &&
                         leader->currency == NULL;
        if (rank(nodes[i]) > rank(leader) || is_money || is_coined) {
            leader = nodes[i];
        }
    }
    return leader;
}

static bool are_alike(enum condition_kind left, enum condition_kind right)
{
    return left == right ||
           (condition__is_in(KINDS_NUMBERS, left) && condition__is_in(KINDS_NUMBERS, right));
}

static bool join_one(struct reader *reader, const struct node *leader, struct node *node,
                     const char *why)
{
    if (!become(reader, node, leader->kind)) {
        return false;
    }
    struct text one = shown(reader, leader);
    struct text other = shown(reader, node);
    if (!are_alike(leader->kind, node->kind)) {
        return condition__refuse(reader, node->from,
                                 text_format(reader->arena, "%.*s is %s, and %.*s is %s; %s",
                                             TEXT_ARGS(one), kind_names[leader->kind],
                                             TEXT_ARGS(other), kind_names[node->kind], why));
    }
    if (leader->currency != NULL && node->currency != NULL &&
        strcmp(leader->currency, node->currency) != 0) {
        return condition__refuse(reader, node->from,
                                 text_format(reader->arena, "%.*s is in %s, and %.*s is in %s",
                                             TEXT_ARGS(one), leader->currency, TEXT_ARGS(other),
                                             node->currency));
    }
    return true;
}

static bool refuse_unknown(struct reader *reader, const struct node *node)
{
    struct text text = shown(reader, node);
    return condition__refuse(
        reader, node->from,
        is_null_literal(node)
            ? TEXT("everything here is null")
            : text_format(reader->arena,
                          "what kind of value %.*s is cannot be known here; it must stand beside a "
                          "field or a literal",
                          TEXT_ARGS(text)));
}

const struct node *condition__agree(struct reader *reader, struct node *const *nodes, size_t count,
                                    const char *why)
{
    MUST(count > 0);
    const struct node *leader = leader_of(nodes, count);
    if (leader->kind == CONDITION_ANY) {
        refuse_unknown(reader, leader);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] != leader && !join_one(reader, leader, nodes[i], why)) {
            return NULL;
        }
    }
    return leader;
}

/* ---- choices ---- */

static bool is_choice(const struct condition_field *field, struct text text)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        if (text_equals(field->choices[i], text)) {
            return true;
        }
    }
    return false;
}

static bool refuse_choice(struct reader *reader, const struct condition_field *field,
                          const struct node *node)
{
    const char **names = ARENA_ARRAY(reader->arena, const char *, field->choice_count);
    struct text all = TEXT("");
    for (size_t i = 0; i < field->choice_count; i++) {
        struct text name = text_copy(reader->arena, field->choices[i]);
        names[i] = name.data;
        if (i < 10) {
            all = text_format(reader->arena, "%.*s%s'%.*s'", TEXT_ARGS(all), i == 0 ? "" : ", ",
                              TEXT_ARGS(name));
        }
    }
    const char *nearest = text_nearest(node->written, names, field->choice_count);
    struct text hint = nearest != NULL
                           ? text_format(reader->arena, "did you mean '%s'?", nearest)
                           : text_format(reader->arena, "it can be %.*s%s", TEXT_ARGS(all),
                                         field->choice_count > 10 ? ", ..." : "");
    struct text text = shown(reader, node);
    return condition__refuse(reader, node->from,
                             text_format(reader->arena, "'%.*s' can never be %.*s; %.*s",
                                         TEXT_ARGS(field->name), TEXT_ARGS(text), TEXT_ARGS(hint)));
}

static bool check_choices(struct reader *reader, struct node *const *nodes, size_t count)
{
    const struct condition_field *field = NULL;
    for (size_t i = 0; i < count && field == NULL; i++) {
        field = nodes[i]->of != NULL && nodes[i]->of->choice_count > 0 ? nodes[i]->of : NULL;
    }
    for (size_t i = 0; field != NULL && i < count; i++) {
        if (is_text_literal(nodes[i]) && !is_choice(field, nodes[i]->written)) {
            return refuse_choice(reader, field, nodes[i]);
        }
    }
    return true;
}

/* What a mapping writes into a field of choices, as far as it can be seen. */
static bool check_written(struct reader *reader, const struct node *node)
{
    const struct condition_field *target = &reader->source->gives;
    if (is_text_literal(node)) {
        return is_choice(target, node->written) || refuse_choice(reader, target, node);
    }
    bool is_call = node->shape == NODE_CALL && node->function->rule != FUNCTION_PLAIN;
    if (!is_call && node->shape != NODE_CASE) {
        return true;
    }
    size_t first = is_call && node->function->rule == FUNCTION_IIF ? 1 : 0;
    for (size_t i = first; i < node->count; i++) {
        bool is_result = is_call || i % 2 == 1 || i + 1 == node->count;
        if (is_result && !check_written(reader, node->items[i])) {
            return false;
        }
    }
    return true;
}

bool condition__check_root(struct reader *reader, struct node *root)
{
    const struct condition_field *target = &reader->source->gives;
    struct text text = shown(reader, root);
    if (target->kind == CONDITION_ANY) {
        return is_null_literal(root) || root->kind != CONDITION_ANY || refuse_unknown(reader, root);
    }
    if (!become(reader, root, target->kind)) {
        return false;
    }
    if (!are_alike(root->kind, target->kind)) {
        struct text what = target->name.bytes == 0
                               ? TEXT("a condition is true or false")
                               : text_format(reader->arena, "'%.*s' takes %s",
                                             TEXT_ARGS(target->name), kind_names[target->kind]);
        return condition__refuse(reader, root->from,
                                 text_format(reader->arena, "%.*s, and %.*s is %s", TEXT_ARGS(what),
                                             TEXT_ARGS(text), kind_names[root->kind]));
    }
    if (root->currency != NULL && target->currency[0] != '\0' &&
        strcmp(root->currency, target->currency) != 0) {
        return condition__refuse(reader, root->from,
                                 text_format(reader->arena, "'%.*s' is in %s, and %.*s is in %s",
                                             TEXT_ARGS(target->name), target->currency,
                                             TEXT_ARGS(text), root->currency));
    }
    return target->choice_count == 0 || check_written(reader, root);
}

/* ---- operators ---- */

bool condition__compare(struct reader *reader, struct node *const *nodes, size_t count,
                        unsigned kinds)
{
    for (size_t i = 0; i < count; i++) {
        if (is_null_literal(nodes[i])) {
            return condition__refuse(reader, nodes[i]->from,
                                     TEXT("a comparison with null is never true; write 'is null' "
                                          "or 'is not null'"));
        }
    }
    const struct node *leader = condition__agree(reader, nodes, count, "they cannot be compared");
    if (leader == NULL) {
        return false;
    }
    if (!condition__is_in(kinds, leader->kind)) {
        return refuse_kind(reader, leader, kinds,
                           condition__is_in(KINDS_SIMPLE, leader->kind) ? "an order"
                                                                        : "a comparison");
    }
    return check_choices(reader, nodes, count);
}

static bool refuse_operator(struct reader *reader, const struct node *node, const struct node *item,
                            const char *what)
{
    struct text text = shown(reader, item);
    return condition__refuse(reader, item->from,
                             text_format(reader->arena, "'%s' %s, and %.*s is %s",
                                         node->operation->sign, what, TEXT_ARGS(text),
                                         kind_names[item->kind]));
}

/* money * money has no meaning; money / money is a number. */
static bool check_money(struct reader *reader, struct node *node)
{
    const struct node *left = node->items[0];
    const struct node *right = node->items[1];
    bool is_left = left->kind == CONDITION_MONEY;
    bool is_right = right->kind == CONDITION_MONEY;
    char sign = node->operation->sign[0];
    if (left->currency != NULL && right->currency != NULL &&
        strcmp(left->currency, right->currency) != 0) {
        return condition__refuse(reader, right->from,
                                 text_format(reader->arena, "'%c' stands between %s and %s", sign,
                                             left->currency, right->currency));
    }
    if (sign == '*' && is_left && is_right) {
        return condition__refuse(reader, node->from, TEXT("money cannot be multiplied by money"));
    }
    if ((sign == '/' || sign == '%') && !is_left && is_right) {
        return condition__refuse(reader, node->from, TEXT("a number cannot be divided by money"));
    }
    bool is_ratio = sign == '/' && is_left && is_right;
    node->kind = (is_left || is_right) && !is_ratio ? CONDITION_MONEY : CONDITION_INTEGER;
    node->currency = left->currency != NULL ? left->currency : right->currency;
    node->currency = node->kind == CONDITION_MONEY ? node->currency : NULL;
    return true;
}

static bool check_numbers(struct reader *reader, struct node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        struct node *item = node->items[i];
        if (item->kind == CONDITION_ANY && !become(reader, item, CONDITION_INTEGER)) {
            return false;
        }
        if (condition__is_in(KINDS_MOMENTS, item->kind)) {
            return refuse_operator(reader, node, item,
                                   "is for numbers (for times there are add_days(), add_hours(), "
                                   "days_between() ...)");
        }
        if (!condition__is_in(KINDS_NUMBERS, item->kind)) {
            bool is_text = item->kind == CONDITION_TEXT;
            return refuse_operator(reader, node, item,
                                   is_text ? "is for numbers ('||' joins texts)"
                                           : "is for numbers");
        }
    }
    return check_money(reader, node);
}

static bool check_items(struct reader *reader, struct node *node, unsigned kinds, const char *what)
{
    bool is_logic = node->operation->rule == RULE_LOGIC;
    node->kind = is_logic ? CONDITION_FLAG : CONDITION_TEXT;
    for (size_t i = 0; i < node->count; i++) {
        if (!(node->items[i]->kind == CONDITION_ANY
                  ? become(reader, node->items[i], node->kind)
                  : condition__is_in(kinds, node->items[i]->kind) ||
                        refuse_operator(reader, node, node->items[i], what))) {
            return false;
        }
    }
    return true;
}

bool condition__check_binary(struct reader *reader, struct node *node)
{
    switch (node->operation->rule) {
    case RULE_LOGIC:
        return check_items(reader, node, KIND(FLAG), "stands between conditions");
    case RULE_EQUAL:
        node->kind = CONDITION_FLAG;
        return condition__compare(reader, node->items, node->count, KINDS_SIMPLE);
    case RULE_ORDER:
        node->kind = CONDITION_FLAG;
        return condition__compare(reader, node->items, node->count, KINDS_ORDERED);
    case RULE_NUMBERS:
        return check_numbers(reader, node);
    case RULE_JOIN:
        return check_items(reader, node, KIND(TEXT) | KIND(INTEGER), "joins texts and numbers");
    }
    return false;
}
