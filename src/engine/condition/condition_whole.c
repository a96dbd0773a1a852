/* condition_whole.c - reads what no operator can pull apart: a name, a literal, a call, a case, and
 * an expression in parentheses.
 */
#include "engine/condition/condition_parts.h"

/* ---- making nodes ---- */

struct node *condition__new_node(struct reader *reader, enum node_shape shape, size_t from)
{
    reader->part_count++;
    if (reader->part_count > CONDITION_PARTS_MAX) {
        condition__refuse(reader, from,
                          text_format(reader->arena, "more than %d names, literals and operators",
                                      CONDITION_PARTS_MAX));
        return NULL;
    }
    struct node *node = ARENA_NEW(reader->arena, struct node);
    *node = (struct node){.shape = shape, .from = from, .kind = CONDITION_ANY, .height = 1};
    return node;
}

bool condition__refuse_depth(struct reader *reader, size_t at)
{
    return condition__refuse(
        reader, at,
        text_format(reader->arena, "more than %d parts inside each other", CONDITION_DEPTH_MAX));
}

bool condition__give_items(struct reader *reader, struct node *node, struct node *const *items,
                           size_t count)
{
    node->items = ARENA_ARRAY(reader->arena, struct node *, count);
    node->count = count;
    for (size_t i = 0; i < count; i++) {
        node->items[i] = items[i];
        node->height = items[i]->height >= node->height ? items[i]->height + 1 : node->height;
    }
    return node->height <= CONDITION_DEPTH_MAX || condition__refuse_depth(reader, node->from);
}

bool condition__expect(struct reader *reader, const char *sign, const char *after)
{
    if (condition__at(reader, sign)) {
        return condition__advance(reader);
    }
    struct text found = reader->word.text;
    struct text place = reader->word.kind == WORD_END
                            ? TEXT("the end is here")
                            : text_format(reader->arena, "%.*s is here", TEXT_ARGS(found));
    return condition__refuse(
        reader, reader->word.from,
        text_format(reader->arena, "%s is expected %s, and %.*s", sign, after, TEXT_ARGS(place)));
}

/* ---- names ---- */

static struct text find_nearest(struct reader *reader, struct text name)
{
    size_t count = reader->source->field_count;
    const char **names = ARENA_ARRAY(reader->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        names[i] = text_copy(reader->arena, reader->source->fields[i].name).data;
    }
    const char *what = condition__absent(name);
    const char *nearest = text_nearest(name, names, count);
    if (what != NULL) {
        return text_format(reader->arena, "; %s", what);
    }
    if (nearest != NULL) {
        return text_format(reader->arena, "; did you mean '%s'?", nearest);
    }
    return condition__is_function(name)
               ? text_format(reader->arena, "; the function is written %.*s(...)", TEXT_ARGS(name))
               : TEXT("");
}

static bool find_field(const struct condition_source *source, struct text name, size_t *index_out)
{
    for (size_t i = 0; i < source->field_count; i++) {
        if (text_equals(source->fields[i].name, name)) {
            *index_out = i;
            return true;
        }
    }
    return false;
}

/* event.score: the member "score" of the object "event". */
static bool find_member(struct reader *reader, struct node *node, struct text name)
{
    struct text object;
    size_t index = 0;
    if (!text_cut(name, '.', &object, &node->path) || !find_field(reader->source, object, &index)) {
        struct text hint = find_nearest(reader, name);
        bool is_helpless = hint.bytes == 0;
        hint = is_helpless ? find_nearest(reader, object) : hint;
        name = is_helpless ? object : name;
        return condition__refuse(reader, node->from,
                                 text_format(reader->arena, "unknown field '%.*s'%.*s",
                                             TEXT_ARGS(name), TEXT_ARGS(hint)));
    }
    enum condition_kind kind = reader->source->fields[index].kind;
    if (kind != CONDITION_OBJECT) {
        return condition__refuse(reader, node->from,
                                 text_format(reader->arena, "'%.*s' is %s, and has no members",
                                             TEXT_ARGS(object), condition__kind_name(kind)));
    }
    node->shape = NODE_MEMBER;
    node->field = index;
    return true;
}

static struct node *read_field(struct reader *reader, struct word name)
{
    struct node *node = condition__new_node(reader, NODE_FIELD, name.from);
    if (node == NULL) {
        return NULL;
    }
    node->to = name.to;
    if (!find_field(reader->source, name.text, &node->field)) {
        return find_member(reader, node, name.text) ? node : NULL;
    }
    node->of = &reader->source->fields[node->field];
    node->kind = node->of->kind;
    MUST(node->kind < CONDITION_ANY);
    bool is_coined = node->kind == CONDITION_MONEY && node->of->currency[0] != '\0';
    node->currency = is_coined ? node->of->currency : NULL;
    return node;
}

/* ---- literals ---- */

static struct node *read_number(struct reader *reader)
{
    struct node *node = condition__new_node(reader, NODE_LITERAL, reader->word.from);
    struct text digits = reader->word.text;
    int64_t number = 0;
    while (digits.bytes > 1 && digits.data[0] == '0') {
        digits = text_slice(digits, 1, digits.bytes);
    }
    if (!text_to_integer(digits, &number)) {
        condition__refuse(reader, reader->word.from, TEXT("this number does not fit into 64 bits"));
        return NULL;
    }
    if (node == NULL) {
        return NULL;
    }
    node->kind = CONDITION_INTEGER;
    node->literal = value_integer(number);
    node->to = reader->word.to;
    return condition__advance(reader) ? node : NULL;
}

static struct node *read_text(struct reader *reader)
{
    struct node *node = condition__new_node(reader, NODE_LITERAL, reader->word.from);
    if (node == NULL) {
        return NULL;
    }
    node->kind = CONDITION_TEXT;
    node->written = reader->word.value;
    node->literal = value_text(node->written);
    node->to = reader->word.to;
    return condition__advance(reader) ? node : NULL;
}

/* null, true, false */
static struct node *read_constant(struct reader *reader)
{
    struct node *node = condition__new_node(reader, NODE_LITERAL, reader->word.from);
    if (node == NULL) {
        return NULL;
    }
    if (!condition__at(reader, "null")) {
        node->kind = CONDITION_FLAG;
        node->literal = value_flag(condition__at(reader, "true"));
    }
    node->to = reader->word.to;
    return condition__advance(reader) ? node : NULL;
}

/* ---- what stands alone ---- */

static bool refuse_count(struct reader *reader)
{
    return condition__refuse(
        reader, reader->word.from,
        text_format(reader->arena, "more than %d in one list", CONDITION_LIST_MAX));
}

bool condition__read_list(struct reader *reader, struct node **items, size_t *count,
                          const char *after)
{
    do {
        if (*count == CONDITION_LIST_MAX) {
            return refuse_count(reader);
        }
        items[*count] = condition__read_expression(reader);
        if (items[*count] == NULL) {
            return false;
        }
        ++*count;
    } while (condition__at(reader, ",") && condition__advance(reader));
    return !reader->has_failed && condition__expect(reader, ")", after);
}

static struct node *read_call(struct reader *reader, struct word name)
{
    struct node *items[CONDITION_LIST_MAX + 1];
    size_t count = 0;
    struct node *node = condition__new_node(reader, NODE_CALL, name.from);
    if (node == NULL) {
        return NULL;
    }
    node->function = condition__function(reader, name);
    if (node->function == NULL || !condition__advance(reader)) {
        return NULL;
    }
    node->to = reader->word.to;
    if (condition__at(reader, ")")) {
        return condition__check_call(reader, node) ? node : NULL;
    }
    if (!condition__read_list(reader, items, &count, "after the arguments") ||
        !condition__give_items(reader, node, items, count)) {
        return NULL;
    }
    return condition__check_call(reader, node) ? node : NULL;
}

static struct node *read_name(struct reader *reader)
{
    struct word name = reader->word;
    if (!condition__advance(reader)) {
        return NULL;
    }
    return condition__at(reader, "(") ? read_call(reader, name) : read_field(reader, name);
}

/* The whens are conditions; what follows `then` and `else` is of one kind. */
static bool check_case(struct reader *reader, struct node *node)
{
    struct node *results[2 * CONDITION_LIST_MAX + 2];
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        bool is_when = i % 2 == 0 && i + 1 < node->count;
        if (is_when && !condition__ask(reader, node->items[i], KIND(FLAG), "when")) {
            return false;
        }
        if (!is_when) {
            results[count++] = node->items[i];
        }
    }
    const struct node *leader =
        condition__agree(reader, results, count, "they must be of one kind");
    if (leader == NULL) {
        return false;
    }
    node->kind = leader->kind;
    node->currency = leader->currency;
    return true;
}

static struct node *read_null(struct reader *reader)
{
    struct node *node = condition__new_node(reader, NODE_LITERAL, reader->word.from);
    if (node != NULL) {
        node->to = reader->word.from;
    }
    return node;
}

static struct node *read_case(struct reader *reader)
{
    struct node *items[2 * CONDITION_LIST_MAX + 1];
    size_t count = 0;
    struct node *node = condition__new_node(reader, NODE_CASE, reader->word.from);
    if (node == NULL || !condition__advance(reader)) {
        return NULL;
    }
    do {
        if (count == 2 * (size_t)CONDITION_LIST_MAX) {
            refuse_count(reader);
            return NULL;
        }
        if (!condition__expect(reader, "when", "in a case") ||
            (items[count++] = condition__read_expression(reader)) == NULL ||
            !condition__expect(reader, "then", "after when") ||
            (items[count++] = condition__read_expression(reader)) == NULL) {
            return NULL;
        }
    } while (condition__at(reader, "when"));
    bool has_else = condition__at(reader, "else");
    if (has_else && !condition__advance(reader)) {
        return NULL;
    }
    items[count++] = has_else ? condition__read_expression(reader) : read_null(reader);
    node->to = reader->word.to;
    if (items[count - 1] == NULL || !condition__expect(reader, "end", "after a case")) {
        return NULL;
    }
    bool is_good = condition__give_items(reader, node, items, count) && check_case(reader, node);
    return is_good ? node : NULL;
}

static struct node *read_parentheses(struct reader *reader)
{
    size_t from = reader->word.from;
    struct node *node = condition__advance(reader) ? condition__read_expression(reader) : NULL;
    size_t to = reader->word.to;
    if (node == NULL) {
        return NULL;
    }
    if (condition__at(reader, ",")) {
        condition__refuse(reader, reader->word.from, TEXT("a list stands only after 'in'"));
        return NULL;
    }
    if (!condition__expect(reader, ")", "after the expression")) {
        return NULL;
    }
    node->from = from;
    node->to = to;
    return node;
}

struct node *condition__read_whole(struct reader *reader)
{
    switch (reader->word.kind) {
    case WORD_NAME:
        return read_name(reader);
    case WORD_NUMBER:
        return read_number(reader);
    case WORD_TEXT:
        return read_text(reader);
    case WORD_KEYWORD:
        if (condition__at(reader, "null") || condition__at(reader, "true") ||
            condition__at(reader, "false")) {
            return read_constant(reader);
        }
        if (condition__at(reader, "case")) {
            return read_case(reader);
        }
        break;
    case WORD_SIGN:
        if (condition__at(reader, "(")) {
            return read_parentheses(reader);
        }
        break;
    case WORD_END:
        break;
    }
    struct text text = reader->word.text;
    condition__refuse(reader, reader->word.from,
                      reader->word.kind == WORD_END
                          ? TEXT("a field or a value is expected, and the end is here")
                          : text_format(reader->arena,
                                        "a field or a value is expected, and '%.*s' is here",
                                        TEXT_ARGS(text)));
    return NULL;
}
