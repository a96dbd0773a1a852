/* condition_reader.c - words into a tree; every node is checked as soon as its items are there.
 *
 *   or  <  and  <  not  <  = <> < <= > >= is in between  <  + -  <  * / %  <  ||  <  minus
 *
 * Two comparisons in a row (a < b < c) are refused, because SQL's answer to it surprises.
 */
#include "engine/condition/condition_parts.h"

static const struct operation operations[] = {
    {"or", NULL, STRENGTH_OR, RULE_LOGIC},
    {"and", NULL, STRENGTH_AND, RULE_LOGIC},
    {"=", NULL, STRENGTH_COMPARISON, RULE_EQUAL},
    {"<>", NULL, STRENGTH_COMPARISON, RULE_EQUAL},
    {"<", NULL, STRENGTH_COMPARISON, RULE_ORDER},
    {"<=", NULL, STRENGTH_COMPARISON, RULE_ORDER},
    {">", NULL, STRENGTH_COMPARISON, RULE_ORDER},
    {">=", NULL, STRENGTH_COMPARISON, RULE_ORDER},
    {"+", "sum", STRENGTH_SUM, RULE_NUMBERS},
    {"-", "difference", STRENGTH_SUM, RULE_NUMBERS},
    {"*", "product", STRENGTH_PRODUCT, RULE_NUMBERS},
    {"/", "quotient", STRENGTH_PRODUCT, RULE_NUMBERS},
    {"%", NULL, STRENGTH_PRODUCT, RULE_NUMBERS},
    {"||", NULL, STRENGTH_JOIN, RULE_JOIN},
};

/* ---- operators, strongest first ---- */

static struct node *read_minus(struct reader *reader)
{
    size_t from = reader->word.from;
    if (!condition__at(reader, "-")) {
        return condition__read_whole(reader);
    }
    if (++reader->depth > CONDITION_DEPTH_MAX) {
        condition__refuse_depth(reader, from);
        return NULL;
    }
    struct node *item = condition__advance(reader) ? read_minus(reader) : NULL;
    reader->depth--;
    if (item == NULL || !condition__ask(reader, item, KINDS_NUMBERS, "a minus")) {
        return NULL;
    }
    if (item->shape == NODE_LITERAL && item->literal.kind == VALUE_INTEGER) {
        item->literal.integer = -item->literal.integer;
        item->from = from;
        return item;
    }
    struct node *node = condition__new_node(reader, NODE_MINUS, from);
    if (node == NULL || !condition__give_items(reader, node, &item, 1)) {
        return NULL;
    }
    node->to = item->to;
    node->kind = item->kind;
    node->currency = item->currency;
    return node;
}

static const struct operation *operation_at(const struct reader *reader, enum strength strength)
{
    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        if (operations[i].strength == strength && condition__at(reader, operations[i].sign)) {
            return &operations[i];
        }
    }
    return NULL;
}

static struct node *join(struct reader *reader, const struct operation *operation,
                         struct node *left, struct node *right)
{
    struct node *items[2] = {left, right};
    struct node *node = right == NULL ? NULL : condition__new_node(reader, NODE_BINARY, left->from);
    if (node == NULL || !condition__give_items(reader, node, items, 2)) {
        return NULL;
    }
    node->to = right->to;
    node->operation = operation;
    return condition__check_binary(reader, node) ? node : NULL;
}

typedef struct node *read_side_fn(struct reader *reader);

/* a + b + c */
static struct node *read_chain(struct reader *reader, enum strength strength, read_side_fn *side)
{
    struct node *node = side(reader);
    const struct operation *operation = node == NULL ? NULL : operation_at(reader, strength);
    while (operation != NULL && node != NULL) {
        node = condition__advance(reader) ? join(reader, operation, node, side(reader)) : NULL;
        operation = node == NULL ? NULL : operation_at(reader, strength);
    }
    return reader->has_failed ? NULL : node;
}

static struct node *read_join(struct reader *reader)
{
    return read_chain(reader, STRENGTH_JOIN, read_minus);
}

static struct node *read_product(struct reader *reader)
{
    return read_chain(reader, STRENGTH_PRODUCT, read_join);
}

static struct node *read_sum(struct reader *reader)
{
    return read_chain(reader, STRENGTH_SUM, read_product);
}

/* ---- comparisons ---- */

static struct node *read_in(struct reader *reader, struct node *left)
{
    struct node *items[CONDITION_LIST_MAX + 2] = {left};
    size_t count = 0;
    struct node *node = condition__new_node(reader, NODE_IN, left->from);
    if (node == NULL || !condition__advance(reader) ||
        !condition__expect(reader, "(", "after in") ||
        !condition__read_list(reader, items + 1, &count, "after the list") ||
        !condition__give_items(reader, node, items, count + 1)) {
        return NULL;
    }
    node->to = reader->word.from;
    node->kind = CONDITION_FLAG;
    return condition__compare(reader, node->items, node->count, KINDS_SIMPLE) ? node : NULL;
}

static struct node *read_between(struct reader *reader, struct node *left)
{
    struct node *items[3] = {left};
    struct node *node = condition__new_node(reader, NODE_BETWEEN, left->from);
    if (node == NULL || !condition__advance(reader) || (items[1] = read_sum(reader)) == NULL ||
        !condition__expect(reader, "and", "after between") ||
        (items[2] = read_sum(reader)) == NULL || !condition__give_items(reader, node, items, 3)) {
        return NULL;
    }
    node->to = items[2]->to;
    node->kind = CONDITION_FLAG;
    return condition__compare(reader, node->items, node->count, KINDS_ORDERED) ? node : NULL;
}

static struct node *read_is(struct reader *reader, struct node *left)
{
    struct node *node = condition__new_node(reader, NODE_IS, left->from);
    if (node == NULL || !condition__advance(reader) ||
        !condition__give_items(reader, node, &left, 1)) {
        return NULL;
    }
    node->is_negated = condition__at(reader, "not");
    if (node->is_negated && !condition__advance(reader)) {
        return NULL;
    }
    bool is_flag = condition__at(reader, "true") || condition__at(reader, "false");
    if (!is_flag && !condition__at(reader, "null")) {
        condition__refuse(reader, reader->word.from,
                          TEXT("after 'is' stands null, true or false; '=' compares values"));
        return NULL;
    }
    if (is_flag) {
        node->literal = value_flag(condition__at(reader, "true"));
        if (!condition__ask(reader, left, KIND(FLAG), "'is true'")) {
            return NULL;
        }
    }
    node->to = reader->word.to;
    node->kind = CONDITION_FLAG;
    return condition__advance(reader) ? node : NULL;
}

static struct node *read_negated(struct reader *reader, struct node *left)
{
    if (!condition__advance(reader)) {
        return NULL;
    }
    bool is_in = condition__at(reader, "in");
    if (!is_in && !condition__at(reader, "between")) {
        const char *what = condition__absent(reader->word.text);
        condition__refuse(reader, reader->word.from,
                          what != NULL ? text_of(what)
                                       : TEXT("'not' stands before a condition, or in 'not in', "
                                              "'not between' and 'is not null'"));
        return NULL;
    }
    struct node *node = is_in ? read_in(reader, left) : read_between(reader, left);
    if (node != NULL) {
        node->is_negated = true;
    }
    return node;
}

static bool is_at_comparison(const struct reader *reader)
{
    return operation_at(reader, STRENGTH_COMPARISON) != NULL || condition__at(reader, "is") ||
           condition__at(reader, "in") || condition__at(reader, "between") ||
           condition__at(reader, "not");
}

static struct node *read_comparison(struct reader *reader)
{
    struct node *left = read_sum(reader);
    if (left == NULL || !is_at_comparison(reader)) {
        return left;
    }
    const struct operation *operation = operation_at(reader, STRENGTH_COMPARISON);
    struct node *node = NULL;
    if (operation != NULL) {
        node = condition__advance(reader) ? join(reader, operation, left, read_sum(reader)) : NULL;
    } else if (condition__at(reader, "is")) {
        node = read_is(reader, left);
    } else if (condition__at(reader, "in")) {
        node = read_in(reader, left);
    } else if (condition__at(reader, "between")) {
        node = read_between(reader, left);
    } else {
        node = read_negated(reader, left);
    }
    if (node != NULL && is_at_comparison(reader)) {
        condition__refuse(reader, reader->word.from,
                          TEXT("two comparisons in a row; write: a < b and b < c"));
        return NULL;
    }
    return node;
}

static struct node *read_not(struct reader *reader)
{
    size_t from = reader->word.from;
    if (!condition__at(reader, "not")) {
        return read_comparison(reader);
    }
    if (++reader->depth > CONDITION_DEPTH_MAX) {
        condition__refuse_depth(reader, from);
        return NULL;
    }
    struct node *item = condition__advance(reader) ? read_not(reader) : NULL;
    reader->depth--;
    if (item == NULL || !condition__ask(reader, item, KIND(FLAG), "'not'")) {
        return NULL;
    }
    struct node *node = condition__new_node(reader, NODE_NOT, from);
    if (node == NULL || !condition__give_items(reader, node, &item, 1)) {
        return NULL;
    }
    node->to = item->to;
    node->kind = CONDITION_FLAG;
    return node;
}

static struct node *read_and(struct reader *reader)
{
    return read_chain(reader, STRENGTH_AND, read_not);
}

struct node *condition__read_expression(struct reader *reader)
{
    if (++reader->depth > CONDITION_DEPTH_MAX) {
        condition__refuse_depth(reader, reader->word.from);
        return NULL;
    }
    struct node *node = read_chain(reader, STRENGTH_OR, read_and);
    reader->depth--;
    return node;
}

struct node *condition__read(struct reader *reader)
{
    struct node *root = condition__advance(reader) ? condition__read_expression(reader) : NULL;
    if (root == NULL) {
        MUST(reader->has_failed);
        return NULL;
    }
    if (reader->word.kind != WORD_END) {
        struct text text = reader->word.text;
        const char *what = condition__absent(text);
        condition__refuse(reader, reader->word.from,
                          what != NULL
                              ? text_of(what)
                              : text_format(reader->arena,
                                            "the condition could end before '%.*s'; is 'and' "
                                            "missing?",
                                            TEXT_ARGS(text)));
        return NULL;
    }
    return condition__check_root(reader, root) ? root : NULL;
}
